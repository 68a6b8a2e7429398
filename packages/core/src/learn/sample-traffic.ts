/** For tests only: traffic of workloads as a source would tell it. */
import type { Seen } from '../detect/scenario.ts';
import type { Endpoint } from '../endpoint.ts';
import type { ConnectionObservation } from '../observation.ts';

export function pod(workload: string, number = 1, namespace = 'shop'): Endpoint {
  let known = pods.get(`${namespace}/${workload}-${number}`);
  if (known === undefined) {
    const octet = (pods.size % 250) + 1;
    known = {
      ip: `10.244.${Math.floor(pods.size / 250)}.${octet}`,
      kind: 'pod',
      namespace,
      pod: `${workload}-${number}`,
      workload: { kind: 'Deployment', name: workload },
    };
    pods.set(`${namespace}/${workload}-${number}`, known);
  }
  return known;
}
/** One frozen object per subject, as identity hands them out. */
const pods = new Map<string, Endpoint>();

/** A pod of one run of a CronJob, by Kubernetes' names: `backup-28493040-x7k2p`. */
export function runPod(cronJob: string, run: number, namespace = 'ops'): Endpoint {
  const job = `${cronJob}-${28_493_040 + run}`;
  return {
    ip: `10.245.0.${run + 1}`,
    kind: 'pod',
    namespace,
    pod: `${job}-x7k2p`,
    workload: { kind: 'Job', name: job },
  };
}

export function world(ip: string): Endpoint {
  return { ip, kind: 'world' };
}

/** The nth address of a range of strangers. */
export function stranger(index: number): Endpoint {
  return world(`${100 + ((index >>> 16) & 63)}.${(index >>> 8) & 255}.${index & 255}.7`);
}

export interface Conversation {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly role: 'client' | 'server';
  /** The server's. */
  readonly port: number;
  readonly fromMs: number;
  /** Payload by second from the beginning: [sent, received] by the local end. Empty seconds are silent. */
  readonly seconds: readonly (readonly [sent: number, received: number])[];
  /** Left open, it is not closed at the end of its seconds. */
  readonly stays?: boolean;
}

const SEGMENT = 1448;
let ids = 0;

/** A connection from its first packet on: live once a second while it moves, closed after the last. */
export function* converse(conversation: Conversation): Generator<Seen, void, undefined> {
  const { local, remote, role, port, fromMs, seconds, stays } = conversation;
  const id = `c${ids++}`;
  const total = { sentBytes: 0, receivedBytes: 0, sentPackets: 0, receivedPackets: 0, retransmits: 0 };
  const ephemeral = 33_000 + (ids % 20_000);
  const who = { local, remote: { ...remote, port: role === 'client' ? port : ephemeral } };
  const last = seconds.length - 1;
  for (const [second, [sentBytes, receivedBytes]] of seconds.entries()) {
    const isLast = second === last && stays !== true;
    if (sentBytes === 0 && receivedBytes === 0 && second > 0 && !isLast) continue;
    const delta = {
      sentBytes,
      receivedBytes,
      sentPackets: 1 + Math.ceil(sentBytes / SEGMENT),
      receivedPackets: 1 + Math.ceil(receivedBytes / SEGMENT),
      retransmits: 0,
    };
    for (const key of Object.keys(delta) as (keyof typeof delta)[]) total[key] += delta[key];
    const observation: ConnectionObservation = {
      kind: 'connection',
      timeMs: fromMs + second * 1000 + (isLast ? 20 : 10),
      phase: isLast ? 'closed' : 'live',
      id,
      role,
      cgroupId: 1,
      netns: 1,
      local: { ip: local.ip, port: role === 'client' ? ephemeral : port },
      remote: { ip: remote.ip, port: role === 'client' ? port : ephemeral },
      pid: 1,
      comm: 'x',
      established: true,
      isNew: second === 0,
      preexisting: false,
      delta,
      total: { ...total },
      unackedBytes: 0,
      srttUs: 500,
      startMs: fromMs,
      closeReason: isLast ? 'fin' : null,
    };
    yield { observation, who };
  }
}

/** All of it, in order of time. */
export function together(...parts: readonly Iterable<Seen>[]): Seen[] {
  return parts.flatMap((part) => [...part]).sort((a, b) => a.observation.timeMs - b.observation.timeMs);
}

/** Numbers between 0 and 1 that look random and are the same each time (Lehmer). */
export function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
