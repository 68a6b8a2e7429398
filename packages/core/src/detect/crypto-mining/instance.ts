import type { Finding } from '../../alert/alert.ts';
import { dnsLeg } from '../../dns/dns-leg.ts';
import { workloadKey } from '../../endpoint.ts';
import type { ApplicationObservation, ConnectionObservation, Observation } from '../../observation.ts';
import type { TlsClientHello } from '../../payload/facts.ts';
import { Lru } from '../../sketch/lru.ts';
import type { TableState } from '../../table-state.ts';
import type { ClusterView, DetectorContext } from '../context.ts';
import { conversationKey } from '../conversation-key.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import type { MiningForm, MiningSession, PoolLookups } from './mining-session.ts';
import type { CryptoMiningParameters } from './parameters.ts';
import { isMiningPort, isPoolHost } from './pools.ts';
import { lookupFinding, sessionFinding } from './report.ts';

const SESSIONS = 4096;
const ASKERS = 1024;
const NAMES_KEPT = 8;
/** Below it nothing was exchanged yet but the handshake. */
const HANDSHAKE_BYTES = 2000;
const GRAVER: Readonly<Record<MiningForm, number>> = { suspect: 0, shape: 1, pool: 2, stratum: 3 };

export class CryptoMiningInstance implements DetectorInstance {
  readonly nextDueMs = Number.POSITIVE_INFINITY;
  #parameters: CryptoMiningParameters;
  readonly #cluster: ClusterView;
  readonly #sessions = new Lru<string, MiningSession>(SESSIONS, ({ alarmSinceMs }) => !Number.isNaN(alarmSinceMs));
  readonly #askers = new Lru<string, PoolLookups>(ASKERS);
  /** Ports of all that were ever sessions: most connections are to others. */
  readonly #ports = new Set<number>();
  readonly #alarmed = new Set<MiningSession>();

  constructor(parameters: CryptoMiningParameters, { cluster }: DetectorContext) {
    this.#parameters = parameters;
    this.#cluster = cluster;
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
  }

  observe(observation: Observation, who: Who): void {
    if (observation.kind === 'connection') this.#move(observation);
    else if (observation.kind === 'application' && observation.role !== 'server') this.#take(observation, who);
  }

  evaluate(nowMs: number): Finding[] {
    const { quietMs, lookups } = this.#parameters;
    const byEnds = new Map<string, MiningSession[]>();
    const miners = new Set<string>();
    for (const session of this.#alarmed) {
      if (Math.abs(nowMs - session.lastMs) > quietMs) {
        session.alarmSinceMs = Number.NaN;
        this.#alarmed.delete(session);
        continue;
      }
      miners.add(session.sourceKey);
      const ends = `${session.sourceKey}\n${workloadKey(session.target)}`;
      const known = byEnds.get(ends);
      if (known === undefined) byEnds.set(ends, [session]);
      else known.push(session);
    }
    const findings = Array.from(byEnds.values(), (sessions) => sessionFinding(sessions, nowMs, this.#parameters));
    for (const [key, asker] of this.#recentAskers(nowMs)) {
      if (asker.lookups >= lookups && !miners.has(key)) findings.push(lookupFinding(asker, this.#parameters));
    }
    return findings;
  }

  get state(): TableState {
    const tables = [this.#sessions, this.#askers];
    return {
      entries: tables.reduce((sum, { size }) => sum + size, 0),
      capacity: tables.reduce((sum, { capacity }) => sum + capacity, 0),
      evicted: tables.reduce((sum, { evicted }) => sum + evicted, 0),
    };
  }

  #take(observation: ApplicationObservation, who: Who): void {
    const { facts } = observation;
    if (facts.protocol === 'stratum') {
      const session = this.#session(observation, who, 'stratum');
      if (session === undefined) return;
      if (facts.method !== '') session.method ??= facts.method;
      if (facts.login !== undefined) session.login ??= facts.login;
      if (facts.agent !== undefined) session.agent ??= facts.agent;
    } else if (facts.protocol === 'tls' && facts.message === 'client-hello') this.#takeHello(facts, observation, who);
    else if (facts.protocol === 'dns' && facts.message === 'query' && isPoolHost(facts.questions[0]?.name ?? ''))
      this.#takeLookup(observation, who);
  }

  #takeHello({ serverName }: TlsClientHello, observation: ApplicationObservation, who: Who): void {
    const { port } = observation.remote;
    const isPool = serverName !== undefined && isPoolHost(serverName, port);
    if (!isPool && (who.remote?.kind !== 'world' || !isMiningPort(port))) return;
    const session = this.#session(observation, who, isPool ? 'pool' : 'suspect');
    if (session !== undefined && serverName !== undefined) session.serverName = serverName;
  }

  #takeLookup(observation: ApplicationObservation, who: Who): void {
    const leg = dnsLeg(observation, who, this.#cluster);
    if (leg === undefined) return;
    const { timeMs } = observation;
    let asker = this.#askers.get(leg.clientKey);
    if (asker === undefined || Math.abs(timeMs - asker.lastMs) > this.#parameters.quietMs) {
      const { client: source, server: target } = leg;
      asker = { source, target, sinceMs: timeMs, lastMs: timeMs, lookups: 0, unreported: 0, names: new Set() };
      this.#askers.set(leg.clientKey, asker);
    }
    asker.target = leg.server;
    asker.lastMs = timeMs;
    asker.lookups++;
    asker.unreported++;
    if (asker.names.size < NAMES_KEPT) asker.names.add(leg.name);
  }

  /** The conversation's, made where there is none; one more message says what `form` says. */
  #session(observation: ApplicationObservation, { local, remote }: Who, form: MiningForm): MiningSession | undefined {
    if (remote === null) return undefined;
    const { timeMs } = observation;
    const key = conversationKey(observation);
    let session = this.#sessions.get(key);
    if (session === undefined) {
      session = {
        source: local,
        sourceKey: workloadKey(local),
        target: { ...remote, port: observation.remote.port },
        form,
        startMs: timeMs,
        lastMs: timeMs,
        messages: 0,
        unreported: 0,
        alarmSinceMs: Number.NaN,
        bytes: 0,
      };
      const evicted = this.#sessions.set(key, session);
      if (evicted !== undefined) this.#alarmed.delete(evicted);
      this.#ports.add(observation.remote.port);
    }
    if (GRAVER[form] > GRAVER[session.form]) session.form = form;
    session.messages++;
    session.unreported++;
    session.lastMs = timeMs;
    if (session.form !== 'suspect' && session.messages >= this.#parameters.messages) this.#alarm(session, timeMs);
    return session;
  }

  #move(observation: ConnectionObservation): void {
    const { remote, timeMs, delta, total } = observation;
    if (!this.#ports.has(remote.port)) return;
    const session = this.#sessions.get(conversationKey(observation));
    if (session === undefined) return;
    if (delta.sentBytes + delta.receivedBytes > 0) session.lastMs = timeMs;
    session.bytes = total.sentBytes + total.receivedBytes;
    if (session.form !== 'suspect') return;
    const ageMs = session.lastMs - session.startMs;
    const { shapeMs, shapeBytesPerSecond } = this.#parameters;
    if (ageMs < shapeMs || session.bytes < HANDSHAKE_BYTES || session.bytes > (shapeBytesPerSecond * ageMs) / 1000)
      return;
    session.form = 'shape';
    this.#alarm(session, timeMs);
  }

  #alarm(session: MiningSession, timeMs: number): void {
    if (Number.isNaN(session.alarmSinceMs)) session.alarmSinceMs = timeMs;
    this.#alarmed.add(session);
  }

  /** Those that asked lately, by workload. */
  *#recentAskers(nowMs: number): Generator<[string, PoolLookups]> {
    for (const asker of this.#askers.values()) {
      const key = workloadKey(asker.source);
      if (Math.abs(nowMs - asker.lastMs) > this.#parameters.quietMs) this.#askers.delete(key);
      else yield [key, asker];
    }
  }
}
