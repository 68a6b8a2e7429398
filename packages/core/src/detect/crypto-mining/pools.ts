import { isBelow } from '../../dns/zones.ts';

/** Registered domains of public mining pools: Monero and its kin first, as they are what is mined on stolen processors. */
const POOLS: ReadonlySet<string> = new Set([
  'supportxmr.com',
  'moneroocean.stream',
  'nanopool.org',
  'hashvault.pro',
  'c3pool.com',
  'c3pool.org',
  'minexmr.com',
  'minexmr.to',
  'xmrpool.eu',
  'xmrpool.net',
  'xmrfast.com',
  'monerohash.com',
  'monerop.com',
  'moneropool.com',
  'monerod.org',
  'monero.hashvault.pro',
  'monero.org.cn',
  'crypto-pool.fr',
  'cryptonight.net',
  'dwarfpool.com',
  'miningrigrentals.com',
  'minergate.com',
  'herominers.com',
  'unmineable.com',
  'gntl.co.uk',
  'skypool.org',
  'skypool.xyz',
  'zpool.ca',
  'zergpool.com',
  'prohashing.com',
  'nicehash.com',
  '2miners.com',
  'kryptex.network',
  'kryptex.com',
  'rplant.xyz',
  'flexpool.io',
  'ethermine.org',
  'hiveon.net',
  'hiveon.com',
  'f2pool.com',
  'antpool.com',
  'viabtc.com',
  'viabtc.io',
  'poolin.com',
  'poolin.me',
  'slushpool.com',
  'braiins.com',
  'sparkpool.com',
  'spiderpool.com',
  'luxor.tech',
  'woolypooly.com',
  'miningpoolhub.com',
  'mining-dutch.nl',
  'suprnova.cc',
  'aikapool.com',
  'flypool.org',
  'luckpool.net',
  'ckpool.org',
  'emcd.io',
  'ezil.me',
  'crazypool.org',
  'k1pool.com',
  'vipor.net',
  'raptoreum.zone',
  'qubic.li',
  'volt-mine.com',
  'fairhash.org',
  'mypool.online',
  'coinhive.com',
  'coin-hive.com',
  'crypto-loot.com',
]);

/** What a pool serves people with. */
const WEB = new Set([
  'www',
  'api',
  'app',
  'blog',
  'docs',
  'help',
  'support',
  'status',
  'static',
  'cdn',
  'assets',
  'img',
  'images',
]);
const HTTPS = 443;

/**
 * Where miners are served, not where people read of it.
 * @param port 443 where none is known: a site and its API are there.
 */
export function isPoolHost(name: string, port = HTTPS): boolean {
  if (!isBelow(name, POOLS)) return false;
  if (port !== HTTPS) return true;
  return !POOLS.has(name) && !WEB.has(name.slice(0, name.indexOf('.')));
}

/**
 * Ports on which pools listen and hardly anything else does. Sources: Falco's list of miner pool ports, without those of
 * everyday services (25, 80, 443, 8080, 8333, …); the ports that public pools document.
 */
const MINING_PORTS: ReadonlySet<number> = new Set([
  3032, 3333, 3334, 3335, 3336, 3355, 3357, 4444, 5555, 5556, 5588, 5730, 6099, 6666, 7777, 7778, 9332, 9999, 10_032,
  10_128, 10_300, 10_343, 12_433, 13_333, 14_433, 14_444, 15_555, 17_777, 18_081, 20_128, 20_580, 33_333, 45_560,
  45_700,
]);

export function isMiningPort(port: number): boolean {
  return MINING_PORTS.has(port);
}
