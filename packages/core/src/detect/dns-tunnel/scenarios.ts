import { TYPE } from '../../dns/record-types.ts';
import { lookup } from '../../dns/sample-lookups.ts';
import type { Endpoint } from '../../endpoint.ts';
import { noise, pod } from '../../learn/sample-traffic.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';

export const infected = pod('web');

/** So many characters of an alphabet. */
export function gibberish(length: number, random: () => number, alphabet = 'abcdefghijklmnopqrstuvwxyz234567'): string {
  let text = '';
  for (let at = 0; at < length; at++) text += alphabet[Math.floor(random() * alphabet.length)];
  return text;
}

/** A tunnel like dnscat2's when nobody types: once a second, hexadecimal, TXT, CNAME and MX in turn. */
export function idleTunnel(
  count: number,
  everyMs = 1000,
  from: Endpoint = infected,
  domain = 'c2.example.com',
): Seen[] {
  const random = noise(5);
  const hex = (length: number) => gibberish(length, random, '0123456789abcdef');
  const types = [TYPE.TXT, TYPE.CNAME, TYPE.MX];
  return Array.from({ length: count }, (_, nth) => {
    const type = types[nth % types.length] ?? TYPE.TXT;
    const data = type === TYPE.TXT ? hex(18) : `${hex(18)}.${domain}`;
    return lookup({
      atMs: START_MS + nth * everyMs,
      from,
      name: `${hex(18)}.${domain}`,
      type,
      answers: [[type, data]],
    });
  }).flat();
}

/** As many look-ups of hosts of one CDN by one pod. */
export function contentDelivery(count: number, everyMs = 1000): Seen[] {
  const random = noise(9);
  return Array.from({ length: count }, (_, nth) =>
    lookup({
      atMs: START_MS + nth * everyMs,
      from: infected,
      name: `d${gibberish(13, random, '0123456789abcdefghijklmnopqrstuvwxyz')}.cloudfront.net`,
      answers: [[TYPE.A, '198.51.100.9']],
    }),
  ).flat();
}

export const attack: Scenario = (set) => play(set, idleTunnel(90), START_MS + 240_000);
export const benign: Scenario = (set) => play(set, contentDelivery(90), START_MS + 240_000);

/** A workload that looks up a host of a domain that nobody else does. */
export function strangers(index: number, timeMs: number): Seen[] {
  const from = { ...infected, workload: { kind: 'Deployment', name: `w${index}` } };
  return lookup({ atMs: timeMs, from, name: `www.site-${index}.example` });
}
