/** For tests only: observations of contacts as the kernel source makes them, both ends of each. */
import type { Seen } from '../detect/scenario.ts';
import type { Endpoint } from '../endpoint.ts';
import type {
  CloseReason,
  ConnectionObservation,
  DatagramObservation,
  ProbeObservation,
  ProbeShape,
} from '../observation.ts';

const NONE = { receivedBytes: 0, sentBytes: 0, receivedPackets: 0, sentPackets: 0, retransmits: 0 };
const SHAPES = { syn: 0, fin: 0, null: 0, xmas: 0, ack: 0, udp: 0, rst: 0, synAck: 0, other: 0 };

export function pod(namespace: string, workload: string, ip: string, replica = 0): Endpoint {
  return {
    ip,
    kind: 'pod',
    namespace,
    pod: `${workload}-${replica}`,
    workload: { kind: 'Deployment', name: workload },
  };
}

export function world(ip: string): Endpoint {
  return { ip, kind: 'world' };
}

export interface ConnectionSpec {
  readonly atMs: number;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly port: number;
  readonly localPort?: number;
  readonly seenBy?: 'client' | 'server';
  /** Null: established and alive. */
  readonly close?: CloseReason | null;
  readonly established?: boolean;
  readonly bytes?: number;
  readonly isNew?: boolean;
}

/** One connection, closed unless said otherwise; it failed when its close reason says so. */
export function connection(spec: ConnectionSpec): Seen {
  const { atMs, from, to, port, localPort = 40_000, seenBy = 'client', close = 'refused', bytes = 0 } = spec;
  const established = spec.established ?? (close === null || close === 'fin' || close === 'reset-sent');
  const isClient = seenBy === 'client';
  const [client, server] = [
    { ip: from.ip, port: localPort },
    { ip: to.ip, port },
  ];
  const counts = { ...NONE, receivedBytes: bytes, sentBytes: bytes };
  const observation: ConnectionObservation = {
    kind: 'connection',
    timeMs: atMs,
    phase: close === null ? 'live' : 'closed',
    id: `${from.ip}:${localPort}>${to.ip}:${port}@${atMs}`,
    role: isClient ? 'client' : 'server',
    cgroupId: 1,
    netns: 1,
    local: isClient ? client : server,
    remote: isClient ? server : client,
    pid: 1,
    comm: 'x',
    established,
    isNew: spec.isNew ?? true,
    preexisting: false,
    delta: counts,
    total: counts,
    unackedBytes: 0,
    srttUs: 0,
    startMs: atMs - 1,
    closeReason: close,
  };
  return { observation, who: isClient ? { local: from, remote: to } : { local: to, remote: from } };
}

export interface ProbeSpec {
  readonly atMs: number;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly shapes: Partial<Record<ProbeShape, number>>;
  /** Since `firstMs`. */
  readonly distinctPorts: number;
  readonly lastPort: number;
  readonly firstMs?: number;
  readonly trigger?: 'threshold' | 'tick';
}

/** Packets without a socket in the target's namespace since the previous observation. */
export function probe({
  atMs,
  from,
  to,
  shapes,
  distinctPorts,
  lastPort,
  firstMs = atMs,
  trigger = 'tick',
}: ProbeSpec): Seen {
  const observation: ProbeObservation = {
    kind: 'probe',
    timeMs: atMs,
    trigger,
    netns: 1,
    sourceIp: from.ip,
    targetIp: to.ip,
    packets: Object.values(shapes).reduce((sum, count) => sum + count, 0),
    distinctPorts,
    lastPort,
    shapes: { ...SHAPES, ...shapes },
    firstMs,
  };
  return { observation, who: { local: to, remote: from } };
}

/** A scan of closed ports, as folded in the kernel: an event at `fireAt` ports and each doubling, a tick each second. */
export function* probes(
  spec: Pick<ProbeSpec, 'from' | 'to'> & {
    readonly shape: ProbeShape;
    readonly fromMs: number;
    readonly ports: number;
    readonly everyMs: number;
    readonly fireAt?: number;
    readonly firstPort?: number;
  },
): Generator<Seen> {
  const { from, to, shape, fromMs, ports, everyMs, firstPort = 1 } = spec;
  let fire = spec.fireAt ?? 10;
  let told = 0;
  let tickMs = fromMs + 500;
  for (let n = 1; n <= ports; n++) {
    const atMs = fromMs + (n - 1) * everyMs;
    for (; tickMs < atMs; tickMs += 1000) {
      if (told < n - 1) yield tell(n - 1, tickMs, 'tick');
    }
    if (n === fire) {
      yield tell(n, atMs, 'threshold');
      fire *= 2;
    }
  }
  if (told < ports) yield tell(ports, Math.max(tickMs, fromMs + (ports - 1) * everyMs), 'tick');

  function tell(n: number, atMs: number, trigger: 'threshold' | 'tick'): Seen {
    const seen = probe({
      atMs,
      from,
      to,
      shapes: { [shape]: n - told },
      distinctPorts: n,
      lastPort: firstPort + n - 1,
      firstMs: fromMs,
      trigger,
    });
    told = n;
    return seen;
  }
}

export interface DatagramSpec {
  readonly atMs: number;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly port: number;
  readonly localPort?: number;
  readonly seenBy?: 'client' | 'server';
  readonly protocol?: DatagramObservation['protocol'];
  readonly sent?: number;
  readonly received?: number;
  readonly isNew?: boolean;
  readonly ended?: boolean;
}

/** What one conversation moved since the previous observation of it; `sent` and `received` are the client's. */
export function datagrams(spec: DatagramSpec): Seen {
  const {
    atMs,
    from,
    to,
    port,
    localPort = 40_000,
    seenBy = 'client',
    protocol = 'UDP',
    sent = 1,
    received = 1,
  } = spec;
  const isClient = seenBy === 'client';
  const client = { ip: from.ip, port: localPort };
  const server = { ip: to.ip, port };
  const [rx, tx] = isClient ? [received, sent] : [sent, received];
  const observation: DatagramObservation = {
    kind: 'datagrams',
    timeMs: atMs,
    protocol,
    id: `${from.ip}:${localPort}>${to.ip}:${port}`,
    role: isClient ? 'client' : 'server',
    cgroupId: 1,
    local: isClient ? client : server,
    remote: isClient ? server : client,
    isNew: spec.isNew ?? true,
    loopback: false,
    delta: { receivedBytes: rx * 60, sentBytes: tx * 60, receivedPackets: rx, sentPackets: tx },
    startMs: atMs,
    ended: spec.ended ?? false,
  };
  return { observation, who: isClient ? { local: from, remote: to } : { local: to, remote: from } };
}

/** Several streams of observations as one, in order of time. */
export function inOrder(...streams: readonly Iterable<Seen>[]): Seen[] {
  return streams
    .flatMap((stream) => [...stream])
    .map((seen, index) => ({ seen, index }))
    .sort((a, b) => a.seen.observation.timeMs - b.seen.observation.timeMs || a.index - b.index)
    .map(({ seen }) => seen);
}
