import type { Finding } from '../../alert/alert.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type { ConnectionObservation, Observation } from '../../observation.ts';
import { Lru } from '../../sketch/lru.ts';
import { RecentKeys } from '../../sketch/recent-keys.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { SensitiveContact } from './contact.ts';
import type { SensitiveEndpointParameters } from './parameters.ts';
import { sensitiveFinding } from './report.ts';
import { sensitiveKind } from './sensitive-kind.ts';

const CONTACTS = 4096;
/** What was told once is not told again, also where nothing can be learned. */
const TOLD = 16_384;
const TOLD_FOR_MS = 30 * 86_400_000;

export class SensitiveEndpointInstance implements DetectorInstance {
  #parameters: SensitiveEndpointParameters;
  readonly #context: DetectorContext;
  readonly #contacts = new Lru<string, SensitiveContact>(CONTACTS);
  readonly #told = new RecentKeys(TOLD, TOLD_FOR_MS);

  constructor(parameters: SensitiveEndpointParameters, context: DetectorContext) {
    this.#parameters = parameters;
    this.#context = context;
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
  }

  observe(observation: Observation, who: Who): void {
    if (observation.kind !== 'connection' || observation.role !== 'client' || who.remote === null) return;
    /* The first observation is the contact; later ones tell whether it was answered, where that matters. */
    if (!observation.isNew && this.#contacts.size === 0) return;
    if (observation.closeReason === 'none') return;
    const kind = sensitiveKind(who.remote, observation.remote.port, this.#context.cluster);
    if (kind !== undefined) this.#contact(observation, who.local, who.remote, kind);
  }

  evaluate(nowMs: number): Finding[] {
    const findings: Finding[] = [];
    const p = this.#parameters;
    for (const contact of this.#contacts.values()) {
      if (!contact.isTold && nowMs - contact.lastMs > p.quietMs) this.#remember(contact, nowMs);
      if (nowMs - contact.lastMs > Math.max(p.quietMs, p.otherFindingMs)) {
        this.#contacts.delete(contact.fact);
        continue;
      }
      if (contact.contacts < p.contacts) continue;
      const since = contact.sinceMs - p.otherFindingMs;
      const other = this.#context.recentFindings?.about(contact.sourceKey, 'sensitive-endpoint', since);
      if (!contact.isTold || other !== undefined) findings.push(sensitiveFinding(contact, other, p));
    }
    return findings;
  }

  readonly nextDueMs = Number.POSITIVE_INFINITY;

  get state(): TableState {
    return {
      entries: this.#contacts.size + this.#told.size,
      capacity: this.#contacts.capacity + this.#told.capacity,
      evicted: this.#contacts.evicted + this.#told.evicted,
    };
  }

  #contact(
    observation: ConnectionObservation,
    source: Endpoint,
    remote: Endpoint,
    kind: ReturnType<typeof sensitiveKind> & string,
  ): void {
    const { timeMs } = observation;
    const { learning } = this.#context;
    const sourceKey = workloadKey(source);
    const fact = `sensitive ${kind}`;
    const key = `${sourceKey} ${fact}`;
    let contact = this.#contacts.peek(key);
    if (contact === undefined) {
      if (!observation.isNew) return;
      if (learning.progress(sourceKey, timeMs) < 1) {
        learning.learn(sourceKey, fact, timeMs);
        return;
      }
      if (learning.knows(sourceKey, fact) || learning.isDiverse(sourceKey) || this.#told.has(key, timeMs)) return;
      contact = new SensitiveContact(
        source,
        sourceKey,
        { ...remote, port: observation.remote.port },
        kind,
        key,
        timeMs,
      );
      this.#contacts.set(key, contact);
    }
    if (contact.isTold) return;
    contact.lastMs = Math.max(contact.lastMs, timeMs);
    if (observation.isNew) {
      contact.contacts++;
      contact.unreported++;
    }
    contact.isAnswered ||= observation.established;
    if (contact.comm === '') contact.comm = observation.comm;
  }

  /** Once a workload: what was told is known from then on. */
  #remember(contact: SensitiveContact, nowMs: number): void {
    contact.isTold = true;
    if (contact.contacts < this.#parameters.contacts) return;
    this.#told.add(contact.fact, nowMs);
    this.#context.learning.learn(contact.sourceKey, `sensitive ${contact.kind}`, nowMs);
  }
}
