import { lookup, NXDOMAIN } from '../../dns/sample-lookups.ts';
import { noise, pod } from '../../learn/sample-traffic.ts';
import { gibberish } from '../dns-tunnel/scenarios.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';

export const infected = pod('web');
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const SUFFIXES = ['com', 'net', 'org', 'biz', 'info', 'ru', 'co.uk'];
export const SEARCH = ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'];

/** Made-up domains one after the other, none of which exists, each with the search suffixes of a pod first. */
export function madeUp(count: number, everyMs = 500): Seen[] {
  const random = noise(21);
  return Array.from({ length: count }, (_, nth) => {
    const name = `${gibberish(9 + Math.floor(8 * random()), random, LETTERS)}.${SUFFIXES[nth % SUFFIXES.length]}`;
    const atMs = START_MS + nth * everyMs;
    return [...SEARCH.map((suffix) => `${name}.${suffix}`), name].flatMap((asked, at) =>
      lookup({ atMs: atMs + 6 * at, from: infected, name: asked, rcode: NXDOMAIN }),
    );
  }).flat();
}

const WORDS = [
  'shop',
  'cloud',
  'data',
  'metal',
  'garden',
  'river',
  'photo',
  'travel',
  'market',
  'studio',
  'media',
  'house',
];

/** As many dead domains as a crawler meets, of names that people chose. */
export function deadLinks(count: number, everyMs = 500): Seen[] {
  const random = noise(22);
  const word = (): string => WORDS[Math.floor(random() * WORDS.length)] ?? '';
  return Array.from({ length: count }, (_, nth) =>
    lookup({
      atMs: START_MS + nth * everyMs,
      from: infected,
      name: `www.${word()}${word()}${nth}.${SUFFIXES[nth % SUFFIXES.length]}`,
      rcode: NXDOMAIN,
    }),
  ).flat();
}

export const attack: Scenario = (set) => play(set, madeUp(60), START_MS + 200_000);
export const benign: Scenario = (set) => play(set, deadLinks(240, 125), START_MS + 200_000);

export function strangers(index: number, timeMs: number): Seen[] {
  const from = { ...infected, workload: { kind: 'Deployment', name: `w${index}` } };
  return lookup({ atMs: timeMs, from, name: `site-${index}.com`, rcode: NXDOMAIN });
}
