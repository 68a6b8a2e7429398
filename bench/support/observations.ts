/** Observations as the kernel source makes them, with fields that a benchmark may change in place. */
import type {
  ConnectionObservation,
  DatagramObservation,
  DatagramTotalObservation,
  Endpoint,
  ListenerObservation,
  Observation,
  ProbeObservation,
  Role,
  SynSourceObservation,
} from '@netguard/core';

/** All fields, at all depths, may be written to. */
export type Writable<T> = {
  -readonly [K in keyof T]: T[K] extends Uint8Array ? T[K] : T[K] extends object ? Writable<T[K]> : T[K];
};

export interface Seen<O extends Observation = Observation> {
  readonly observation: Writable<O>;
  readonly who: { local: Endpoint; remote: Endpoint | null };
}

/** The same again, as a source makes it: what is counted is new, what a connection keeps is not. */
export function madeAnew({ observation, who }: Seen): Seen {
  const copy = { ...observation };
  if (copy.kind === 'connection') {
    copy.delta = { ...copy.delta };
    copy.total = { ...copy.total };
  } else if (copy.kind === 'datagrams') copy.delta = { ...copy.delta };
  return { observation: copy, who: { ...who } };
}

const SHAPES = { syn: 0, fin: 0, null: 0, xmas: 0, ack: 0, udp: 0, rst: 0, synAck: 0, other: 0 };

export interface ConnectionSpec {
  readonly id: string;
  readonly role: Role;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** The server's. */
  readonly port: number;
  readonly clientPort: number;
  readonly cgroupId: number;
  readonly bytes: number;
}

export function connection(spec: ConnectionSpec): Seen<ConnectionObservation> {
  const isClient = spec.role === 'client';
  const [received, sent] = isClient ? [spec.bytes, 400] : [400, spec.bytes];
  const counts = { receivedBytes: received, sentBytes: sent, receivedPackets: 4, sentPackets: 3, retransmits: 0 };
  const [localPort, remotePort] = isClient ? [spec.clientPort, spec.port] : [spec.port, spec.clientPort];
  return {
    observation: {
      kind: 'connection',
      timeMs: 0,
      phase: 'live',
      id: spec.id,
      role: spec.role,
      cgroupId: spec.cgroupId,
      netns: spec.cgroupId,
      local: { ip: spec.local.ip, port: localPort },
      remote: { ip: spec.remote.ip, port: remotePort },
      pid: 1000 + spec.cgroupId,
      comm: 'server',
      established: true,
      isNew: false,
      preexisting: false,
      delta: counts,
      total: { ...counts },
      unackedBytes: 0,
      srttUs: 350,
      startMs: 0,
      closeReason: null,
    },
    who: { local: spec.local, remote: spec.remote },
  };
}

export function datagrams(
  spec: Omit<ConnectionSpec, 'bytes'> & { readonly received: number; readonly sent: number; readonly size: number },
): Seen<DatagramObservation> {
  const isClient = spec.role === 'client';
  const [localPort, remotePort] = isClient ? [spec.clientPort, spec.port] : [spec.port, spec.clientPort];
  return {
    observation: {
      kind: 'datagrams',
      timeMs: 0,
      protocol: 'UDP',
      id: spec.id,
      role: spec.role,
      cgroupId: spec.cgroupId,
      local: { ip: spec.local.ip, port: localPort },
      remote: { ip: spec.remote.ip, port: remotePort },
      isNew: false,
      loopback: false,
      delta: {
        receivedBytes: spec.received * spec.size,
        sentBytes: spec.sent * spec.size,
        receivedPackets: spec.received,
        sentPackets: spec.sent,
      },
      startMs: 0,
      ended: false,
    },
    who: { local: spec.local, remote: spec.remote },
  };
}

export function datagramTotal(local: Endpoint, cgroupId: number): Seen<DatagramTotalObservation> {
  const delta = { receivedBytes: 4000, sentBytes: 2000, receivedPackets: 40, sentPackets: 38 };
  return {
    observation: {
      kind: 'datagram-total',
      timeMs: 0,
      protocol: 'UDP',
      cgroupId,
      loopback: false,
      delta,
      withoutConversation: 0,
    },
    who: { local, remote: null },
  };
}

export function listener(local: Endpoint, netns: number, port: number): Seen<ListenerObservation> {
  return {
    observation: {
      kind: 'listener',
      timeMs: 0,
      trigger: 'tick',
      cgroupId: netns,
      netns,
      local: { ip: '0.0.0.0', port },
      syns: 0,
      synRetransmits: 0,
      queueFullSyns: 0,
      completed: 0,
      acks: 0,
      oddFlags: 0,
      halfOpen: 0,
      backlog: 4096,
      acceptQueue: 0,
      distinctSources: 8,
      sampleSources: [],
    },
    who: { local, remote: null },
  };
}

export function synSource(local: Endpoint, netns: number, port: number, source: Endpoint): Seen<SynSourceObservation> {
  return {
    observation: {
      kind: 'syn-source',
      timeMs: 0,
      cgroupId: netns,
      netns,
      local: { ip: '0.0.0.0', port },
      sourceIp: source.ip,
      windowMs: 1000,
      syns: 300,
      completed: 300,
    },
    who: { local, remote: source },
  };
}

export function probe(
  local: Endpoint,
  netns: number,
  source: Endpoint,
  shape: 'syn' | 'ack' | 'udp' | 'rst',
  port: number,
): Seen<ProbeObservation> {
  return {
    observation: {
      kind: 'probe',
      timeMs: 0,
      trigger: 'tick',
      netns,
      sourceIp: source.ip,
      targetIp: local.ip,
      packets: 1,
      distinctPorts: 1,
      lastPort: port,
      shapes: { ...SHAPES, [shape]: 1 },
      firstMs: 0,
    },
    who: { local, remote: source },
  };
}
