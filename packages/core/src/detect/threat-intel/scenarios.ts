/** For tests only: a workload that talks to what a list names, and one that talks as much to others. */
import type { Endpoint } from '../../endpoint.ts';
import { IntelLists } from '../../intel/intel-lists.ts';
import { readList } from '../../intel/read-list.ts';
import type { ApplicationObservation } from '../../observation.ts';
import type { ApplicationFacts, DnsFacts } from '../../payload/facts.ts';
import type { DetectorContext } from '../context.ts';
import type { DetectorSet } from '../detector-set.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';
import { pod, session } from '../session-observations.ts';

export const web = pod('10.244.1.5', 'shop', 'web');
export const resolver: Endpoint = {
  ip: '10.96.0.10',
  kind: 'service',
  namespace: 'kube-system',
  service: 'kube-dns',
  port: 53,
};
export const control: Endpoint = { ip: '203.0.113.9', kind: 'world' };
export const harmless: Endpoint = { ip: '203.0.114.9', kind: 'world' };
export const scanner: Endpoint = { ip: '203.0.113.66', kind: 'world' };

export const JA3 = 'd41d8cd98f00b204e9800998ecf8427e';
export const CERTIFICATE = 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3';

const lists: readonly (readonly [name: string, category: string, lines: string])[] = [
  ['c2', 'c2', `203.0.113.0/24 # report 7\n.evil.example\nhttp://drop.example/bin/x\n${CERTIFICATE}`],
  ['partners', 'allow', '203.0.113.200\n.good.evil.example'],
  ['scanners', 'known-scanner', scanner.ip],
];

export function intel(): IntelLists {
  const made = new IntelLists();
  const ja3 = readList(JA3, { format: 'plain', kind: 'ja3' }).table;
  made.set([
    ...lists.map(([name, category, lines]) => ({ name, category, table: readList(lines, { format: 'plain' }).table })),
    { name: 'ja3', category: 'malware', severity: 'critical', table: ja3 },
  ]);
  return made;
}

export function context(): Partial<DetectorContext> {
  return { intel: intel() };
}

/** `client` opens a connection; `reporter` tells of it. */
export function contact(
  timeMs: number,
  client: Endpoint,
  server: Endpoint,
  more: Partial<Parameters<typeof session>[1]> = {},
): Seen {
  return session(timeMs, {
    client,
    server,
    port: 443,
    reporter: client.kind === 'world' ? 'server' : 'client',
    ...more,
  });
}

/** What `local`, a client unless said otherwise, sent to `remote`, or got from it. */
export function said(
  timeMs: number,
  facts: ApplicationFacts,
  more: Partial<ApplicationObservation> & { readonly from?: Endpoint; readonly to?: Endpoint } = {},
): Seen {
  const { from = web, to = harmless, ...over } = more;
  const observation: ApplicationObservation = {
    kind: 'application',
    timeMs,
    transport: 'TCP',
    id: String(timeMs),
    role: 'client',
    cgroupId: 1,
    netns: 1,
    local: { ip: from.ip, port: 40_000 },
    remote: { ip: to.ip, port: 443 },
    sent: true,
    facts,
    ...over,
  };
  return { observation, who: { local: from, remote: to } };
}

export function dnsQuery(name: string, more: Partial<DnsFacts> = {}): DnsFacts {
  return {
    protocol: 'dns',
    message: 'query',
    id: 1,
    opcode: 0,
    rcode: 0,
    truncated: false,
    questions: [{ name, type: 1, class: 1 }],
    answers: [],
    authorities: [],
    additionals: [],
    messageBytes: 40,
    bytes: new Uint8Array(),
    ...more,
  };
}

const scenario =
  (server: Endpoint, name: string): Scenario =>
  (set: DetectorSet) => {
    const seen = Array.from({ length: 10 }, (_, nth) => [
      said(START_MS + nth * 10_000, dnsQuery(name), { to: resolver, transport: 'UDP' }),
      contact(START_MS + nth * 10_000 + 100, web, server),
    ]);
    return play(set, seen.flat(), START_MS + 120_000);
  };

export const attack: Scenario = scenario(control, 'www.evil.example');
/** As much, with what no list names and with what an allow list does. */
export const benign: Scenario = (set) => [
  ...scenario(harmless, 'www.example.org')(set),
  ...scenario({ ip: '203.0.113.200', kind: 'world' }, 'www.good.evil.example')(set),
];

export function strangers(index: number, timeMs: number): Seen[] {
  const client = pod(`10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`, 'shop', `app-${index}`);
  return [contact(timeMs, client, control)];
}
