import type { Finding } from '../../alert/alert.ts';
import { type DnsLeg, dnsLeg } from '../../dns/dns-leg.ts';
import { bitsPerCharacter } from '../../dns/name-information.ts';
import { splitName } from '../../dns/registered-domain.ts';
import type { Observation } from '../../observation.ts';
import { Lru } from '../../sketch/lru.ts';
import type { TableState } from '../../table-state.ts';
import type { ClusterView, DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { Asker, type AskerSums } from './asker.ts';
import type { DgaParameters } from './parameters.ts';
import { dgaFinding } from './report.ts';

const ASKERS = 2048;
const NO_ERROR = 0;
const NXDOMAIN = 3;
/** Names in other scripts (RFC 3492) look random to everybody. */
const PUNYCODE = 'xn--';

export class DgaInstance implements DetectorInstance {
  readonly nextDueMs = Number.POSITIVE_INFINITY;
  #parameters: DgaParameters;
  readonly #cluster: ClusterView;
  readonly #askers = new Lru<string, Asker>(ASKERS, (asker) => asker.isAlarmed);
  /** Askers with one more generated domain since the last evaluation. */
  readonly #moved = new Set<Asker>();
  readonly #alarmed = new Map<Asker, AskerSums>();

  constructor(parameters: DgaParameters, { cluster }: DetectorContext) {
    this.#parameters = parameters;
    this.#cluster = cluster;
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
  }

  observe(observation: Observation, who: Who): void {
    if (observation.kind !== 'application' || observation.facts.protocol !== 'dns') return;
    if (observation.facts.message !== 'response') return;
    const leg = dnsLeg(observation, who, this.#cluster);
    if (leg !== undefined) this.#take(leg, observation.timeMs);
  }

  evaluate(nowMs: number): Finding[] {
    for (const asker of this.#moved) {
      const sums = asker.sums(nowMs);
      if (!this.#isOver(sums)) continue;
      if (!asker.isAlarmed) asker.alarmSinceMs = nowMs;
      this.#alarmed.set(asker, sums);
    }
    this.#moved.clear();
    const findings: Finding[] = [];
    for (const [asker, sums] of this.#alarmed) {
      if (Math.abs(nowMs - asker.lastMs) > this.#parameters.quietMs) {
        asker.alarmSinceMs = Number.NaN;
        this.#alarmed.delete(asker);
      } else findings.push(dgaFinding(asker, sums, nowMs, this.#parameters));
    }
    return findings;
  }

  get state(): TableState {
    return { entries: this.#askers.size, capacity: this.#askers.capacity, evicted: this.#askers.evicted };
  }

  #isOver({ asked, missing, generated }: AskerSums): boolean {
    const { domains, generatedShare, failedShare } = this.#parameters;
    return generated >= domains && generated >= generatedShare * missing && missing >= failedShare * asked;
  }

  #take({ facts: { rcode }, client, clientKey, server, name }: DnsLeg, timeMs: number): void {
    if (rcode !== NXDOMAIN && rcode !== NO_ERROR) return;
    // Under a suffix of nobody's registry (a search domain, a zone of one's own) nobody registers anything.
    const split = splitName(name);
    if (split === undefined || !split.isPublic) return;
    let asker = this.#askers.get(clientKey);
    if (asker === undefined) {
      asker = new Asker(client, server, this.#parameters.windowMs);
      const evicted = this.#askers.set(clientKey, asker);
      if (evicted !== undefined) {
        this.#moved.delete(evicted);
        this.#alarmed.delete(evicted);
      }
    }
    asker.server = server;
    if (asker.learn(split.domain, rcode === NO_ERROR, this.#isUnlikely(split.label), timeMs)) this.#moved.add(asker);
  }

  #isUnlikely(label: string): boolean {
    const { labelLength, bitsPerCharacter: limit } = this.#parameters;
    return label.length >= labelLength && !label.startsWith(PUNYCODE) && bitsPerCharacter(label) >= limit;
  }
}
