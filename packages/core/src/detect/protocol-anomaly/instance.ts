import { isLoopbackAddress } from '../../address.ts';
import type { Finding } from '../../alert/alert.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import { peerKey } from '../../learn/peer-fact.ts';
import type { Observation } from '../../observation.ts';
import { Lru } from '../../sketch/lru.ts';
import { RecentKeys } from '../../sketch/recent-keys.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import { type ConversationSides, conversationSides, isStranger } from '../conversation-sides.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { Anomaly } from './anomaly.ts';
import { type AnomalyKind, anomalyKind, isInItsPlace } from './anomaly-kind.ts';
import type { ProtocolAnomalyParameters } from './parameters.ts';
import { anomalyFinding } from './report.ts';

const ANOMALIES = 2048;
/** What was told once is not told again, also where nothing can be learned. */
const TOLD = 16_384;
const TOLD_FOR_MS = 30 * 86_400_000;

export class ProtocolAnomalyInstance implements DetectorInstance {
  readonly nextDueMs = Number.POSITIVE_INFINITY;
  #parameters: ProtocolAnomalyParameters;
  readonly #context: DetectorContext;
  readonly #anomalies = new Lru<string, Anomaly>(ANOMALIES);
  readonly #told = new RecentKeys(TOLD, TOLD_FOR_MS);

  constructor(parameters: ProtocolAnomalyParameters, context: DetectorContext) {
    this.#parameters = parameters;
    this.#context = context;
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
  }

  observe(observation: Observation, who: Who): void {
    if (observation.kind !== 'application' || isInItsPlace(observation)) return;
    const sides = conversationSides(observation, who, this.#context.nameAddress);
    // What a server is asked by strangers, it is asked on a port of its own choice.
    if (sides === undefined || (observation.role === 'server' && isStranger(sides.client))) return;
    const kind = anomalyKind(observation, sides, this.#parameters);
    if (kind !== undefined && !isLoopbackAddress(sides.server.ip)) this.#take(observation.timeMs, kind, sides);
  }

  evaluate(nowMs: number): Finding[] {
    const findings: Finding[] = [];
    for (const anomaly of this.#anomalies.values()) {
      if (anomaly.isTold || anomaly.messages < this.#parameters.messages) continue;
      if (Math.abs(nowMs - anomaly.lastMs) > this.#parameters.quietMs) this.#remember(anomaly, nowMs);
      else findings.push(anomalyFinding(anomaly, this.#parameters));
    }
    return findings;
  }

  get state(): TableState {
    return {
      entries: this.#anomalies.size + this.#told.size,
      capacity: this.#anomalies.capacity + this.#told.capacity,
      evicted: this.#anomalies.evicted + this.#told.evicted,
    };
  }

  #take(timeMs: number, kind: AnomalyKind, { client: source, server: target }: ConversationSides): void {
    if (kind.protocol === 'dns' && this.#context.cluster.isResolver(target)) return;
    const sourceKey = workloadKey(source);
    const fact = `speaks ${kind.form === 'http-shape' ? kind.form : kind.protocol} at ${target.port} of ${peerKey(target)}`;
    const key = `${sourceKey} ${fact}`;
    let anomaly = this.#anomalies.get(key);
    if (anomaly === undefined) {
      if (!this.#isNews(sourceKey, fact, key, kind, target, timeMs)) return;
      anomaly = new Anomaly(source, sourceKey, target, kind, fact, timeMs);
      this.#anomalies.set(key, anomaly);
    }
    if (anomaly.isTold) return;
    anomaly.messages++;
    anomaly.unreported++;
    anomaly.lastMs = Math.max(anomaly.lastMs, timeMs);
  }

  /**
   * Seen for the first time by a workload that has learned. What is clear and goes to the world is told while it learns, too:
   * who is there already would be learned else.
   */
  #isNews(
    sourceKey: string,
    fact: string,
    key: string,
    { isMild, form }: AnomalyKind,
    { kind }: Endpoint,
    timeMs: number,
  ): boolean {
    const { learning } = this.#context;
    if (learning.knows(sourceKey, fact) || this.#told.has(key, timeMs)) return false;
    const isClear = kind === 'world' && (!isMild || form === 'http-shape');
    if (isClear) return true;
    if (learning.progress(sourceKey, timeMs) >= 1) return !learning.isDiverse(sourceKey);
    learning.learn(sourceKey, fact, timeMs);
    return false;
  }

  /** Once a workload and place: what was told is known from then on. */
  #remember(anomaly: Anomaly, nowMs: number): void {
    anomaly.isTold = true;
    this.#told.add(`${anomaly.sourceKey} ${anomaly.fact}`, nowMs);
    this.#context.learning.learn(anomaly.sourceKey, anomaly.fact, nowMs);
  }
}
