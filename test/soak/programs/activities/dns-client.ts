import { createSocket } from 'node:dgram';
import type { Start } from '../activity.ts';
import { anyOf, atRate, type Burst, between } from '../pace.ts';

/**
 * Looks names up as a pod's C library does: with ndots:5 every search domain is tried first, A and AAAA from one new socket.
 * A socket that waited long enough is closed, and the answer comes too late.
 */
export interface DnsClient {
  readonly kind: 'dns-client';
  readonly host: string;
  readonly search: readonly string[];
  readonly names: readonly string[];
  readonly lookupsPerSecond: number;
  readonly timeoutMs: number;
  readonly burst?: Burst;
}

const TYPES = [1, 28];

export const start: Start<DnsClient> = ({ host, search, names, lookupsPerSecond, timeoutMs, burst }, work) => {
  const look = (candidates: readonly string[]): void => {
    const [name, ...rest] = candidates;
    if (name === undefined) return;
    const socket = createSocket('udp4');
    socket.on('error', () => {});
    let answers = 0;
    let found = false;
    const timer = setTimeout(() => {
      socket.close();
      work.failed += 1;
    }, timeoutMs);
    socket.on('message', (message) => {
      answers += 1;
      found ||= (message.readUInt16BE(2) & 0xf) === 0;
      if (answers < TYPES.length) return;
      clearTimeout(timer);
      socket.close();
      work.done += 1;
      if (!found) look(rest);
    });
    for (const type of TYPES) socket.send(question(name, type), 53, host);
  };
  atRate(
    lookupsPerSecond,
    () => {
      const name = anyOf(names);
      look([...search.map((domain) => `${name}.${domain}`), name]);
    },
    burst,
  );
};

function question(name: string, type: number): Buffer {
  const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]);
  const id = between(0, 65_535);
  return Buffer.from([id >> 8, id & 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, type, 0, 1]);
}
