/** For tests only: datagrams and probes as a source tells them once a tick. */
import type { Endpoint } from '../endpoint.ts';
import type { DatagramObservation, ProbeObservation, ProbeShape, Role } from '../observation.ts';
import type { Seen } from './scenario.ts';

export interface DatagramSpec {
  readonly local: Endpoint;
  readonly localPort: number;
  readonly remote: Endpoint;
  readonly remotePort: number;
  readonly role: Role;
  readonly received?: number;
  readonly sent?: number;
  /** Payload of each datagram received and sent. */
  readonly payload?: number;
  readonly sentPayload?: number;
  readonly protocol?: DatagramObservation['protocol'];
  readonly isNew?: boolean;
}

export function datagrams(timeMs: number, spec: DatagramSpec): Seen {
  const { local, remote, received = 0, sent = 0, payload = 100 } = spec;
  return {
    observation: {
      kind: 'datagrams',
      timeMs,
      protocol: spec.protocol ?? 'UDP',
      id: `${local.ip}:${spec.localPort}-${remote.ip}:${spec.remotePort}`,
      role: spec.role,
      cgroupId: 1,
      local: { ip: local.ip, port: spec.localPort },
      remote: { ip: remote.ip, port: spec.remotePort },
      isNew: spec.isNew ?? false,
      loopback: false,
      delta: {
        receivedPackets: received,
        sentPackets: sent,
        receivedBytes: received * payload,
        sentBytes: sent * (spec.sentPayload ?? payload),
      },
      startMs: timeMs,
      ended: false,
    },
    who: { local, remote },
  };
}

export interface ProbeSpec {
  readonly source: Endpoint;
  readonly target: Endpoint;
  readonly shapes: Partial<Record<ProbeShape, number>>;
  readonly distinctPorts?: number;
  readonly port?: number;
}

export function probe(timeMs: number, { source, target, shapes, distinctPorts = 1, port = 9 }: ProbeSpec): Seen {
  const none = { syn: 0, fin: 0, null: 0, xmas: 0, ack: 0, udp: 0, rst: 0, synAck: 0, other: 0 };
  const all: ProbeObservation['shapes'] = { ...none, ...shapes };
  return {
    observation: {
      kind: 'probe',
      timeMs,
      trigger: 'tick',
      netns: 1,
      sourceIp: source.ip,
      targetIp: target.ip,
      packets: Object.values(all).reduce((sum, count) => sum + count, 0),
      distinctPorts,
      lastPort: port,
      shapes: all,
      firstMs: timeMs,
    },
    who: { local: target, remote: source },
  };
}

export function world(ip: string): Endpoint {
  return { ip, kind: 'world' };
}

export function pod(ip: string, namespace: string, name: string): Endpoint {
  return { ip, kind: 'pod', namespace, pod: `${name}-0`, workload: { kind: 'Deployment', name } };
}

/** What happens in each of the seconds from `fromMs` on, in order. */
export function eachSecond(fromMs: number, seconds: number, seen: (timeMs: number, second: number) => Seen[]): Seen[] {
  return Array.from({ length: seconds }, (_, second) => seen(fromMs + second * 1000, second)).flat();
}

/** Looks addresses up among named endpoints; all others are of the world. */
export function naming(...endpoints: readonly Endpoint[]): (ip: string) => Endpoint {
  const byIp = new Map(endpoints.map((endpoint) => [endpoint.ip, endpoint]));
  return (ip) => byIp.get(ip) ?? world(ip);
}
