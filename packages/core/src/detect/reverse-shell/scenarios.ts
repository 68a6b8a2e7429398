import type { Endpoint } from '../../endpoint.ts';
import { pod, stranger, world } from '../../learn/sample-traffic.ts';
import { said, unknownPayload } from '../application-observations.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';

export const victim = pod('web');
export const handler = world('203.0.113.44');

export interface Dialogue {
  readonly client?: Endpoint;
  readonly server?: Endpoint;
  readonly port?: number;
  readonly reporter?: 'client' | 'server';
  readonly atMs?: number;
  readonly localPort?: number;
}

/** Lines in turn, a second apart, each the whole of what its end has sent by then. */
export function dialogue(
  lines: readonly (readonly [by: 'client' | 'server', text: string])[],
  more: Dialogue = {},
): Seen[] {
  const { client = victim, server = handler, port = 4444, reporter, atMs = START_MS, localPort } = more;
  const sent = { client: '', server: '' };
  return lines.map(([by, text], nth) => {
    sent[by] += text;
    const facts = unknownPayload(by === 'client' ? 'request' : 'response', sent[by]);
    const ends = { client, server, port, ...(reporter && { reporter }), ...(localPort && { localPort }) };
    return said({ ...ends, atMs: atMs + nth * 1000, by, facts });
  });
}

/** `sh -i` that was sent to a listening netcat. */
export const INTERACTIVE: readonly (readonly ['client' | 'server', string])[] = [
  ['client', "/bin/sh: 0: can't access tty; job control turned off\n$ "],
  ['server', 'id\n'],
  ['client', 'uid=33(www-data) gid=33(www-data) groups=33(www-data)\n$ '],
];

/** As many lines of a protocol of somebody's own. */
const PUSH: readonly (readonly ['client' | 'server', string])[] = [
  ['client', 'HELLO agent-7 v2\n'],
  ['server', 'OK 200 welcome\n'],
  ['client', 'METRIC cpu.load 0.71 1700000000\n'],
];

export const attack: Scenario = (set) => play(set, dialogue(INTERACTIVE), START_MS + 200_000);
export const benign: Scenario = (set) => play(set, dialogue(PUSH), START_MS + 200_000);

/** A workload that says something in no known protocol. */
export function strangers(index: number, timeMs: number): Seen[] {
  const client = { ...victim, workload: { kind: 'Deployment', name: `w${index}` } };
  return dialogue([['client', 'HELLO\n']], { client, server: stranger(index), atMs: timeMs });
}
