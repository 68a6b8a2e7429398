import type { DetectorContext } from '../detect/context.ts';
import type { Who } from '../detect/detector.ts';
import { type Endpoint, workloadKey } from '../endpoint.ts';
import type {
  ConnectionObservation,
  DatagramObservation,
  DenialObservation,
  Observation,
  ProbeObservation,
} from '../observation.ts';
import type { TableState } from '../table-state.ts';
import { AnsweredPorts } from './answered-ports.ts';
import { ClientNames } from './client-names.ts';
import { connectionOutcome } from './connection-outcome.ts';
import type { Contact, ContactProtocol, Outcome, Probing } from './contact.ts';
import { DatagramOutcomes } from './datagram-outcomes.ts';
import { type DownTarget, DownTargets } from './down-targets.ts';
import { LateReplies } from './late-replies.ts';
import { NOT_YET, SUSPECTED, Suspects, type Suspicion } from './suspects.ts';

/** An address or port that answered or was declared within this time is no dark one (kubernetes-rules: dead targets). */
const READY_MS = 600_000;
/** Jung et al. 2004, as scan-NG implements it: a source without a failure for 30 minutes begins anew. */
const FORGET_MS = 1_800_000;
/** Who went where, as far as it matters for what a failure says. */
type Ends = Pick<Contact, 'source' | 'sourceIp' | 'sourceKey' | 'target' | 'targetIp' | 'port' | 'timeMs'>;

/**
 * Says once per observation who contacted whom and what came of it: the notion of a first contact that all scan detectors
 * share. Ordinary traffic costs a look-up or two and gives undefined.
 */
export class Contacts {
  readonly #context: DetectorContext;
  readonly #answered = new AnsweredPorts(READY_MS);
  readonly #suspects = new Suspects(FORGET_MS);
  readonly #late = new LateReplies();
  readonly #datagrams = new DatagramOutcomes();
  readonly #down = new DownTargets();
  readonly #clients = new ClientNames();
  #seen: Observation | undefined;
  #read: Contact | Probing | undefined;

  constructor(context: DetectorContext) {
    this.#context = context;
  }

  /** What the observation says of a contact; the same answer to each detector that asks about the same observation. */
  read(observation: Observation, who: Who): Contact | Probing | undefined {
    if (observation === this.#seen) return this.#read;
    this.#seen = observation;
    this.#read = this.#readAnew(observation, who);
    return this.#read;
  }

  /** Distinct ports of the target that late replies of the source may reach; `port` is one that was reached. */
  latePorts(targetIp: string, sourceIp: string, source: Endpoint, port: number, timeMs: number): number {
    return (
      this.#late.tcpPorts(targetIp, sourceIp, timeMs) +
      this.#late.udpPorts(targetIp, sourceIp, timeMs) +
      this.#late.servicePorts(targetIp, source, port, timeMs)
    );
  }

  /** Whether this port answered anybody within ten minutes before `timeMs`, or is declared: a failure there says nothing against its source. */
  isReady(ip: string, port: number, timeMs: number): boolean {
    return this.#context.cluster.isDeclared(ip, port, timeMs) || this.#answered.isReady(ip, port, timeMs);
  }

  /** Connections between two addresses in the last minutes, whoever opened them. */
  connections(a: string, b: string, timeMs: number): number {
    return this.#late.connections(a, b, timeMs);
  }

  /** Whether the source is judged as one from outside: it is, or so many stand behind it that no verdict is of one. */
  isOutside(source: Endpoint): boolean {
    return source.kind === 'world' || this.#context.cluster.isShared(source);
  }

  /** Targets on which at least five source workloads fail, down since at least `forMs`. */
  downTargets(nowMs: number, forMs: number): DownTarget[] {
    const down: DownTarget[] = [];
    for (const each of this.#down.values()) {
      if (each.lastMs - each.sinceMs < forMs || !this.#down.isDown(each, nowMs)) continue;
      if (this.#answered.last(each.ip, each.port, nowMs) < each.sinceMs) down.push(each);
    }
    return down;
  }

  /** The table of targets on which somebody failed. */
  get downState(): TableState {
    return this.#down.state;
  }

  /** The tables of sources that failed. */
  get suspectState(): TableState {
    return this.#suspects.state;
  }

  get state(): TableState {
    const tables = [this.#answered, this.#suspects, this.#datagrams, this.#down, this.#clients];
    const state = { entries: 0, capacity: 0, evicted: 0 };
    for (const table of tables) {
      state.entries += table.state.entries;
      state.capacity += table.state.capacity;
      state.evicted += table.state.evicted;
    }
    return state;
  }

  #readAnew(observation: Observation, who: Who): Contact | Probing | undefined {
    switch (observation.kind) {
      case 'connection':
        return who.remote === null ? undefined : this.#connection(observation, who.local, who.remote);
      case 'datagrams':
        return who.remote === null ? undefined : this.#conversation(observation, who.local, who.remote);
      case 'probe':
        return who.remote === null ? undefined : this.#probes(observation, who.local, who.remote);
      case 'denial':
        return who.remote === null ? undefined : this.#denied(observation, who.local, who.remote);
    }
    return undefined;
  }

  #connection(seen: ConnectionObservation, local: Endpoint, remote: Endpoint): Contact | undefined {
    if (seen.role === 'unknown') return undefined;
    const isClient = seen.role === 'client';
    const outcome = connectionOutcome(seen);
    if (outcome === undefined) return undefined;
    if (outcome === 'answered' || outcome === 'bare') {
      if (seen.isNew || seen.phase === 'closed') {
        this.#late.noteConnection(seen.local.ip, seen.remote.ip, isClient, remote.kind === 'service', seen.timeMs);
        const server = isClient ? seen.remote : seen.local;
        this.#answered.note(server.ip, server.port, seen.timeMs);
      }
      if (outcome === 'answered' && !this.#isSuspect(isClient ? local : remote, seen, isClient)) return undefined;
    }
    return this.#contact(seen, local, remote, isClient, 'TCP', outcome, isClient ? seen.remote.port : seen.local.port);
  }

  #conversation(seen: DatagramObservation, local: Endpoint, remote: Endpoint): Contact | undefined {
    if (seen.loopback || seen.role === 'unknown') return undefined;
    const isClient = seen.role === 'client';
    if (seen.isNew && isClient && seen.protocol === 'UDP') {
      this.#late.noteDatagrams(seen.local.ip, seen.remote.ip, remote.kind === 'service', seen.timeMs);
    }
    const outcome = this.#datagrams.outcome(seen);
    if (outcome === undefined) return undefined;
    if (outcome === 'answered' && !this.#isSuspect(isClient ? local : remote, seen, isClient)) return undefined;
    const protocol = seen.protocol === 'OTHER' ? 'RAW' : seen.protocol;
    const hasPort = protocol === 'UDP' || protocol === 'SCTP';
    const port = hasPort ? (isClient ? seen.remote.port : seen.local.port) : 0;
    return this.#contact(seen, local, remote, isClient, protocol, outcome, port);
  }

  #contact(
    seen: ConnectionObservation | DatagramObservation,
    local: Endpoint,
    remote: Endpoint,
    isClient: boolean,
    protocol: ContactProtocol,
    outcome: Outcome,
    port: number,
  ): Contact | undefined {
    const { timeMs } = seen;
    // The kernel leaves the forgeable source of raw packets out.
    const own = protocol === 'RAW' ? local.ip : seen.local.ip;
    const [near, far] = isClient ? [own, seen.remote.ip] : [seen.remote.ip, own];
    if (near === far) return undefined;
    if (isClient) this.#clients.note(near, local, timeMs);
    // A socket that nobody is known to own is the node's, but its address may be another's: a namespace that is no pod's.
    const opener = isClient && local.kind === 'node' && near !== '' ? this.#context.nameAddress(near) : local;
    const source = isClient ? opener : this.#clients.of(near, remote, timeMs);
    const target = isClient ? remote : local;
    const sourceKey = sourceKeyOf(source, near);
    const seenBy = isClient ? 'client' : 'server';
    const ends = { source, sourceIp: near, sourceKey, target, targetIp: far, port, protocol, outcome, timeMs };
    const weighs = outcome === 'answered' || this.#weighs(ends);
    const isFailure = weighs && (outcome === 'failed' || protocol === 'RAW') && outcome !== 'answered';
    const suspicion = isFailure ? this.#suspect(ends) : this.#suspicionOf(ends);
    return { kind: 'contact', seenBy, ...ends, weighs, suspicion };
  }

  /** Turned away on the way: a failed contact, as if nobody had answered. */
  #denied(seen: DenialObservation, server: Endpoint, client: Endpoint): Contact | undefined {
    const { timeMs, protocol, cause } = seen;
    const [sourceIp, targetIp, port] = [seen.client.ip, seen.server.ip, seen.server.port];
    if (protocol === 'OTHER' || sourceIp === targetIp) return undefined;
    const source = this.#clients.of(sourceIp, client, timeMs);
    const sourceKey = sourceKeyOf(source, sourceIp);
    const outcome = 'failed' as const;
    const ends = { source, sourceIp, sourceKey, target: server, targetIp, port, protocol, outcome, timeMs };
    const weighs = this.#weighs(ends, cause === 'nowhere');
    const suspicion = weighs ? this.#suspect(ends) : this.#suspicionOf(ends);
    return { kind: 'contact', seenBy: 'client', ...ends, weighs, suspicion };
  }

  #probes(seen: ProbeObservation, local: Endpoint, remote: Endpoint): Probing | undefined {
    const { timeMs, sourceIp, targetIp, lastPort } = seen;
    if (sourceIp === targetIp) return undefined;
    const { shapes, trigger, firstMs, distinctPorts } = seen;
    const hard = shapes.syn + shapes.fin + shapes.null + shapes.xmas;
    const soft = shapes.ack + shapes.other + shapes.udp;
    const source = this.#clients.of(sourceIp, remote, timeMs);
    const sourceKey = sourceKeyOf(source, sourceIp);
    const latePorts = soft > 0 ? this.latePorts(targetIp, sourceIp, source, lastPort, timeMs) : 0;
    const udpUndecided = trigger === 'threshold' && shapes.udp > 0;
    const isProbe = hard > 0 || (soft > 0 && latePorts === 0 && !udpUndecided);
    const ends = { source, sourceIp, sourceKey, target: local, targetIp, port: lastPort, timeMs };
    const weighs = isProbe && this.#weighs({ ...ends, protocol: 'TCP', outcome: 'failed' });
    return {
      kind: 'probing',
      timeMs,
      trigger,
      source,
      sourceIp,
      sourceKey,
      target: local,
      targetIp,
      lastPort,
      firstMs,
      distinctPorts,
      shapes,
      hard,
      soft,
      answers: shapes.rst + shapes.synAck,
      latePorts,
      udpUndecided,
      suspicion: weighs ? this.#suspect(ends) : NOT_YET,
      weighs,
    };
  }

  /** Whether a failure speaks against its source at all. `mayBeDown`: it may be the target's fault. */
  #weighs(ends: Ends & Pick<Contact, 'protocol' | 'outcome'>, mayBeDown = true): boolean {
    const { source, sourceKey, sourceIp, target, targetIp, port, protocol, outcome, timeMs } = ends;
    const { cluster } = this.#context;
    const isDeclared = cluster.isDeclared(targetIp, port, timeMs);
    // The kubelet's probes come from its node's address; it probes the node's own pods only.
    if (cluster.isOwnNode(sourceIp) && target.kind === 'pod') return false;
    if (mayBeDown && outcome === 'failed' && protocol === 'TCP' && source.kind === 'pod') {
      const answeredMs = this.#answered.last(targetIp, port, timeMs);
      const down = this.#down.fail(sourceKey, source, target, targetIp, port, timeMs, answeredMs);
      if (this.#down.isDown(down, timeMs)) return false;
    }
    if (isDeclared) return false;
    return outcome !== 'failed' || protocol !== 'TCP' || !this.#answered.isReady(targetIp, port, timeMs);
  }

  #suspect({ sourceKey, source, targetIp, port, timeMs }: Ends): Suspicion {
    return this.#suspects.fail(sourceKey, source.kind === 'world', targetIp, port, timeMs);
  }

  #suspicionOf({ sourceKey, source, timeMs }: Ends): Suspicion {
    return this.#suspects.has(sourceKey, source.kind === 'world', timeMs) ? SUSPECTED : NOT_YET;
  }

  #isSuspect(source: Endpoint, seen: ConnectionObservation | DatagramObservation, isClient: boolean): boolean {
    const isOutside = source.kind === 'world';
    if (this.#suspects.isEmpty(isOutside)) return false;
    const ip = isClient ? seen.local.ip : seen.remote.ip;
    return this.#suspects.has(sourceKeyOf(source, ip), isOutside, seen.timeMs);
  }
}

/** By what a source is counted: its workload where one is known at both ends of a connection, else its address. */
export function sourceKeyOf(source: Endpoint, ip: string): string {
  const isNamed = source.kind === 'pod' || source.kind === 'service' || source.kind === 'kube-apiserver' || ip === '';
  return isNamed ? workloadKey(source) : ip;
}

const shared = new WeakMap<DetectorContext, Contacts>();

/** The contacts of a detector set: all its detectors have one context, and so share one reading of each observation. */
export function contactsOf(context: DetectorContext): Contacts {
  let contacts = shared.get(context);
  if (contacts === undefined) {
    contacts = new Contacts(context);
    shared.set(context, contacts);
  }
  return contacts;
}
