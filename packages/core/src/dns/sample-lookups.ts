/** For tests only: DNS look-ups as the asking end tells of them. */
import { said } from '../detect/application-observations.ts';
import type { Seen } from '../detect/scenario.ts';
import type { Endpoint } from '../endpoint.ts';
import type { DnsFacts, DnsRecord } from '../payload/facts.ts';
import { TYPE } from './record-types.ts';

export interface Lookup {
  readonly atMs: number;
  readonly from: Endpoint;
  readonly name: string;
  readonly type?: number;
  readonly rcode?: number;
  /** Type and data of the answers. */
  readonly answers?: readonly (readonly [type: number, data: string])[];
  readonly resolver?: Endpoint;
  readonly reporter?: 'client' | 'server';
}

export const NXDOMAIN = 3;
export const clusterDns: Endpoint = {
  ip: '10.96.0.10',
  kind: 'service',
  namespace: 'kube-system',
  service: 'kube-dns',
};

/** Question and answer. */
export function lookup(spec: Lookup): Seen[] {
  const { atMs, from, name, type = TYPE.A, rcode = 0, answers = [], resolver = clusterDns, reporter = 'client' } = spec;
  const ends = { client: from, server: resolver, port: 53, transport: 'UDP', reporter } as const;
  const query = message(name, type, 'query', 0, []);
  const response = message(
    name,
    type,
    'response',
    rcode,
    answers.map(([of, data]) => record(name, of, data)),
  );
  return [
    said({ ...ends, atMs, by: 'client', facts: query }),
    said({ ...ends, atMs: atMs + 5, by: 'server', facts: response }),
  ];
}

function message(
  name: string,
  type: number,
  kind: DnsFacts['message'],
  rcode: number,
  answers: readonly DnsRecord[],
): DnsFacts {
  return {
    protocol: 'dns',
    message: kind,
    id: 1,
    opcode: 0,
    rcode,
    truncated: false,
    questions: [{ name, type, class: 1 }],
    answers,
    authorities: [],
    additionals: [],
    messageBytes: 30 + name.length,
    bytes: new Uint8Array(0),
  };
}

function record(name: string, type: number, data: string): DnsRecord {
  return { name, type, class: 1, ttlSeconds: 60, data, dataBytes: type === TYPE.A ? 4 : data.length };
}
