import { isLoopbackAddress } from '../../address.ts';
import type { Finding } from '../../alert/alert.ts';
import { targetHash } from '../../contacts/pair-counts.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type { Learning } from '../../learn/learning.ts';
import { peerFact } from '../../learn/peer-fact.ts';
import type { ApplicationObservation, ConnectionObservation, Observation, Socket } from '../../observation.ts';
import { Lru } from '../../sketch/lru.ts';
import { PairLru } from '../../sketch/pair-lru.ts';
import type { TableState } from '../../table-state.ts';
import type { ClusterView, DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { portName } from '../port-name.ts';
import { hasManyAddresses, isWorthJudging, judgeRhythms, judgeSession, type Verdict } from './judgement.ts';
import { NamedPairs } from './named-pairs.ts';
import { type Connection, Pair, Sharers } from './pair.ts';
import type { BeaconParameters } from './parameters.ts';
import { beaconFinding } from './report.ts';
import { calledName } from './server-names.ts';
import { Strangers } from './strangers.ts';

const PAIRS = 4096;
const CONNECTIONS = 8192;
const DESTINATIONS = 4096;
/** Connections of one pair that begin within this time are one beat: a browser opens six at once. */
const TOGETHER_MS = 500;
/** A beacon is over when it missed three beats. */
const MISSED_BEATS = 3;
const SHORTEST_HOLD_MS = 30_000;
const LONGEST_HOLD_MS = 1_800_000;

export class BeaconInstance implements DetectorInstance {
  readonly nextDueMs = Number.POSITIVE_INFINITY;
  #parameters: BeaconParameters;
  readonly #learning: Learning;
  readonly #cluster: ClusterView;
  /** By workload and port, and address. */
  readonly #pairs = new PairLru<Pair>(PAIRS, (pair) => pair.alarm !== undefined);
  readonly #connections = new Lru<string, Connection>(CONNECTIONS);
  /** The workloads that talk to a destination, by its hash and as far as they are counted. */
  readonly #sharers = new Lru<number, Sharers>(DESTINATIONS);
  readonly #strangers = new Strangers();
  /** The same by the names that workloads call, which may have many addresses. */
  readonly #named = new NamedPairs();
  /** Connections with a beat since the last evaluation. */
  readonly #moved = new Set<Connection>();
  readonly #alarmed = new Map<Pair, Verdict>();

  constructor(parameters: BeaconParameters, { learning, cluster }: DetectorContext) {
    this.#parameters = parameters;
    this.#learning = learning;
    this.#cluster = cluster;
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
  }

  observe(observation: Observation, { local, remote }: Who): void {
    if (remote?.kind !== 'world' && remote?.kind !== 'private') return;
    if (observation.kind === 'application') this.#hear(observation, local, remote);
    else if (observation.kind === 'connection') this.#take(observation, local, remote);
  }

  evaluate(nowMs: number): Finding[] {
    for (const connection of this.#moved) this.#judge(connection, nowMs);
    this.#moved.clear();
    const findings: Finding[] = [];
    const told = this.#namesTold();
    for (const [pair, verdict] of this.#alarmed) {
      if (pair.alarm === undefined || nowMs > pair.alarm.untilMs) {
        pair.alarm = undefined;
        this.#alarmed.delete(pair);
        continue;
      }
      const caller = portName(pair.source, pair.port, false);
      if (pair.serverName !== undefined && told.has(`${caller} ${pair.serverName}`)) continue;
      const names = this.#named.names(caller, pair.target.ip);
      findings.push(beaconFinding(pair, pair.alarm, verdict, names));
    }
    return findings;
  }

  get state(): TableState {
    const tables = [this.#pairs, this.#connections, this.#sharers, this.#strangers, this.#named];
    return {
      entries: tables.reduce((sum, { size }) => sum + size, 0),
      capacity: tables.reduce((sum, { capacity }) => sum + capacity, 0),
      evicted: tables.reduce((sum, { evicted }) => sum + evicted, 0),
    };
  }

  #take(observation: ConnectionObservation, local: Endpoint, remote: Endpoint): void {
    if (observation.role !== 'client') return;
    const { id, phase, isNew } = observation;
    let connection = isNew ? undefined : this.#connections.get(id);
    const isKnown = connection !== undefined;
    if (connection === undefined) {
      if (!observation.established) return;
      connection = this.#open(observation, local, remote);
      if (connection === undefined) return;
    }
    this.#move(connection, observation);
    if (phase === 'live') {
      if (!isKnown) this.#keep(id, connection);
    } else if (isKnown) this.#connections.delete(id);
  }

  /** Whom the workload calls there: comes before the connection itself is told of. */
  #hear(observation: ApplicationObservation, local: Endpoint, remote: Endpoint): void {
    if (observation.role !== 'client' || !observation.sent || observation.transport !== 'TCP') return;
    const called = calledName(observation.facts);
    const { ip, port } = observation.remote;
    if (called === undefined || isLoopbackAddress(ip)) return;
    const caller = portName(local, port, false);
    const evicted = this.#named.hear(caller, called, observation, TOGETHER_MS, () => {
      const workload = workloadKey(local);
      const sharers = this.#share(called.name, port, workload);
      return new Pair(local, remote, port, sharers, this.#isLearned(local, remote, port), called.name);
    });
    if (evicted !== undefined) this.#alarmed.delete(evicted);
  }

  /** Where one address keeps the rhythm by itself, its name need not be told besides. */
  #namesTold(): Set<string> {
    const told = new Set<string>();
    for (const { serverName, source, port, target } of this.#alarmed.keys()) {
      const caller = portName(source, port, false);
      if (serverName !== undefined) continue;
      for (const name of this.#named.names(caller, target.ip)?.all ?? []) told.add(`${caller} ${name}`);
    }
    return told;
  }

  #open(observation: ConnectionObservation, local: Endpoint, remote: Endpoint): Connection | undefined {
    const { ip, port } = observation.remote;
    // What stays within a pod (a sidecar, a port-forward) reports to nobody.
    if (isLoopbackAddress(ip)) return undefined;
    if (this.#cluster.isMetadata(ip) || this.#cluster.isResolver(remote) || this.#cluster.isApiServer(remote))
      return undefined;
    const startMs = Math.min(observation.startMs, observation.timeMs);
    const named = observation.preexisting ? undefined : this.#named.take(observation);
    let pair = this.#pairs.get(portName(local, port, false), ip);
    if (pair === undefined) {
      if (this.#isFirst(observation, local, remote, startMs, named !== undefined)) return undefined;
      pair =
        this.#pairs.get(portName(local, port, false), ip) ??
        this.#makePair(local, remote, observation.remote, this.#isLearned(local, remote, port));
    }
    const connection: Connection = {
      pair,
      startMs,
      start: 0,
      burst: 0,
      lastActiveMs: Number.NEGATIVE_INFINITY,
      activeTicks: 0,
      bursts: 0,
      sentBytes: 0,
      receivedBytes: 0,
      named,
    };
    // When it began is not known of one that was open before.
    if (!observation.preexisting) {
      if (connection.startMs - pair.starts.lastMs > TOGETHER_MS) pair.starts.add(connection.startMs);
      connection.start = pair.starts.count;
      this.#note(connection);
    }
    return connection;
  }

  #keep(id: string, connection: Connection): void {
    const evicted = this.#connections.set(id, connection);
    if (evicted !== undefined) this.#moved.delete(evicted);
  }

  /**
   * Whether a visit is the first to its destination, and over when it is told of: that much is remembered, and no more. With
   * the second, the first gets its pair.
   */
  #isFirst(
    observation: ConnectionObservation,
    local: Endpoint,
    remote: Endpoint,
    startMs: number,
    isNamed: boolean,
  ): boolean {
    const { ip, port } = observation.remote;
    const destination = targetHash(ip, port);
    const first = this.#strangers.take(destination, startMs);
    if (first !== undefined) {
      const known = this.#pairs.get(portName(first.local, port, false), ip);
      const { starts } = known ?? this.#makePair(first.local, remote, observation.remote, first.isLearned);
      starts.add(first.startMs);
      starts.grow(starts.count, first.sentBytes, first.receivedBytes);
      return false;
    }
    if (isNamed || observation.phase === 'live' || observation.preexisting || this.#sharers.has(destination))
      return false;
    const isLearned = this.#isLearned(local, remote, port);
    return this.#strangers.hold(destination, { local, startMs, isLearned, ...observation.delta });
  }

  #makePair(local: Endpoint, remote: Endpoint, { ip, port }: Socket, isLearned: boolean): Pair {
    const workload = workloadKey(local);
    const pair = new Pair(local, remote, port, this.#share(ip, port, workload), isLearned);
    const evicted = this.#pairs.add(portName(local, port, false), ip, pair);
    if (evicted !== undefined) this.#alarmed.delete(evicted);
    return pair;
  }

  #isLearned(local: Endpoint, remote: Endpoint, port: number): boolean {
    return this.#learning.knows(workloadKey(local), peerFact(remote, port));
  }

  #share(ip: string, port: number, workload: string): Sharers {
    const destination = targetHash(ip, port);
    let sharers = this.#sharers.get(destination);
    if (sharers === undefined) {
      sharers = new Sharers(workload);
      this.#sharers.set(destination, sharers);
    } else {
      sharers.add(workload, this.#parameters.sharedBy);
    }
    return sharers;
  }

  /** A beat came: to be judged at the next evaluation. */
  #note(connection: Connection): void {
    if (isWorthJudging(connection, this.#parameters)) this.#moved.add(connection);
  }

  #move(connection: Connection, { delta, timeMs }: ConnectionObservation): void {
    const { sentBytes, receivedBytes } = delta;
    if (sentBytes === 0 && receivedBytes === 0) return;
    const { pair } = connection;
    if (connection.start > 0) pair.starts.grow(connection.start, sentBytes, receivedBytes);
    connection.named?.pair.starts.grow(connection.named.start, sentBytes, receivedBytes);
    if (timeMs - connection.lastActiveMs >= this.#parameters.quietMs) {
      // The first payload of a connection belongs to its beginning, which is a beat of its own kind.
      if (connection.lastActiveMs > 0) pair.bursts.add(timeMs);
      connection.burst = connection.lastActiveMs > 0 ? pair.bursts.count : 0;
      connection.bursts++;
      this.#note(connection);
    }
    pair.bursts.grow(connection.burst, sentBytes, receivedBytes);
    connection.lastActiveMs = timeMs;
    connection.sentBytes += sentBytes;
    connection.receivedBytes += receivedBytes;
    if (sentBytes > 0) connection.activeTicks++;
  }

  #judge(connection: Connection, nowMs: number): void {
    const { pair, named } = connection;
    const p = this.#parameters;
    this.#keepAlarm(
      pair,
      judgeRhythms(pair, this.#isShared(pair), p) ?? judgeSession(connection, this.#isShared(pair), p),
      nowMs,
    );
    if (named !== undefined && hasManyAddresses(named.pair))
      this.#keepAlarm(named.pair, judgeRhythms(named.pair, this.#isShared(named.pair), p), nowMs);
  }

  #isShared({ sharers }: Pair): boolean {
    return sharers.count >= this.#parameters.sharedBy;
  }

  #keepAlarm(pair: Pair, verdict: Verdict | undefined, nowMs: number): void {
    if (verdict === undefined) return;
    const beatMs = verdict.rhythm?.medianInterval ?? verdict.spanMs / verdict.beats;
    const holdMs = Math.min(LONGEST_HOLD_MS, Math.max(SHORTEST_HOLD_MS, MISSED_BEATS * beatMs));
    pair.alarm = { sinceMs: pair.alarm?.sinceMs ?? nowMs, untilMs: nowMs + holdMs };
    this.#alarmed.set(pair, verdict);
  }
}
