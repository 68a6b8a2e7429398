import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../alert/alert.ts';
import { lookup } from '../../dns/sample-lookups.ts';
import { pod, together, world } from '../../learn/sample-traffic.ts';
import { clientHello, said } from '../application-observations.ts';
import { detectorContext } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { play, type Seen, START_MS } from '../scenario.ts';
import { cryptoMining } from './crypto-mining.ts';
import { login, miner, pool, stratum, tlsSession } from './scenarios.ts';

function run(seen: readonly Seen[]): Finding[] {
  const set = new DetectorSet({ context: detectorContext({ nameAddress: world }), detectors: [cryptoMining] });
  const found = play(set, seen, (seen.at(-1)?.observation.timeMs ?? START_MS) + 5000);
  assert.deepEqual(
    set.status().map(({ lastError }) => lastError),
    [undefined],
  );
  return found.map(({ finding }) => finding);
}

const shape = ({ severity, evidence }: Finding) => [severity, evidence.form];
const shapes = (seen: readonly Seen[]) => [...new Set(run(seen).map((finding) => shape(finding).join(' ')))];
const asks = (...names: string[]): Seen[] =>
  names.flatMap((name, nth) => lookup({ atMs: START_MS + nth * 100, from: miner, name }));

describe('crypto-mining', () => {
  it('finds Stratum at once, on any port, and tells method, software and the head of the wallet', () => {
    const [first] = run(login(443));
    assert.ok(first);
    assert.deepEqual(shape(first), ['high', 'stratum']);
    assert.deepEqual([first.evidence.method, first.evidence.agent], ['login', 'XMRig/6.21.0']);
    assert.match(`${first.evidence.login}`, /^4A1b2.{19}…$/);
    assert.deepEqual([first.source?.workload?.name, first.target?.ip, first.target?.port], ['web', pool.ip, 443]);
  });

  it('finds Stratum within the cluster too: a proxy that many miners share', () => {
    const facts = stratum({ method: 'mining.subscribe' });
    const seen = said({ atMs: START_MS, client: miner, server: pod('proxy'), port: 8080, by: 'client', facts });
    assert.deepEqual(shapes([seen]), ['high stratum']);
  });

  it('is told once by the client’s end, not by the pool’s', () => {
    const seen = said({
      atMs: START_MS,
      client: pool,
      server: miner,
      port: 3333,
      by: 'client',
      facts: stratum(),
      reporter: 'server',
    });
    assert.deepEqual(shapes([seen]), []);
  });

  it('finds TLS to a pool by its name, as medium where it could be a site', () => {
    assert.deepEqual(shapes(tlsSession('xmr-eu1.nanopool.org', 14_433, 5)), ['high pool']);
    assert.deepEqual(shapes(tlsSession('pool.hashvault.pro', 443, 5)), ['medium pool']);
    for (const site of ['nanopool.org', 'www.nicehash.com', 'api.2miners.com', 'nanopool.org.example.com'])
      assert.deepEqual(shapes(tlsSession(site, 443, 5)), [], site);
  });

  it('tells a long, quiet TLS connection to a port of pools as low, and no short or busy one', () => {
    assert.deepEqual(shapes(tlsSession('stats.example.net', 3333, 400)), ['low shape']);
    assert.deepEqual(shapes(tlsSession(undefined, 14_433, 400)), ['low shape']);
    assert.deepEqual(shapes(tlsSession('stats.example.net', 3333, 200)), []);
    assert.deepEqual(shapes(tlsSession('stats.example.net', 3333, 400, 40_000)), []);
  });

  it('tells look-ups of pools as low while no connection follows', () => {
    assert.deepEqual(shapes(asks('pool.supportxmr.com', 'pool.supportxmr.com')), ['low lookup']);
    assert.deepEqual(shapes(asks('pool.supportxmr.com')), []);
    assert.deepEqual(shapes(asks('nanopool.org', 'www.f2pool.com', 'liverpool.example.com')), []);
    const [first] = run(together(login(), asks('gulf.moneroocean.stream', 'gulf.moneroocean.stream')));
    assert.ok(first && shape(first)[1] === 'stratum');
  });

  it('is one finding for all connections to one pool, and lasts while they move', () => {
    const found = run(tlsSession('xmr-eu1.nanopool.org', 14_433, 600));
    const last = found.at(-1);
    assert.ok(last && found.length > 590, `${found.length}`);
    assert.equal(last.evidence.connections, 1);
    const facts = clientHello('xmr-eu1.nanopool.org');
    const many = Array.from({ length: 5 }, (_, nth) =>
      said({
        atMs: START_MS + nth,
        client: miner,
        server: pool,
        port: 14_433,
        by: 'client',
        facts,
        localPort: 41_000 + nth,
      }),
    );
    assert.deepEqual(run(many).at(-1)?.evidence.connections, 5);
  });
});
