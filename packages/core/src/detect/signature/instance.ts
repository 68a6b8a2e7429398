import type { Finding } from '../../alert/alert.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type { Observation, SignatureObservation } from '../../observation.ts';
import { Lru } from '../../sketch/lru.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { MatchedPair } from './matched-pair.ts';
import type { SignatureParameters } from './parameters.ts';
import { signatureFinding } from './report.ts';

const PAIRS = 4096;

export class SignatureInstance implements DetectorInstance {
  #parameters: SignatureParameters;
  readonly #pairs = new Lru<string, MatchedPair>(PAIRS);
  nextDueMs = Number.POSITIVE_INFINITY;

  constructor(parameters: SignatureParameters) {
    this.#parameters = parameters;
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
  }

  observe(observation: Observation, who: Who): void {
    if (observation.kind !== 'signature' || who.remote === null) return;
    const { signature, timeMs } = observation;
    if (signature.priority > this.#parameters.priority) return;
    const [source, target] = endsOf(observation, who.local, who.remote);
    const key = `${workloadKey(source)}|${workloadKey(target)}`;
    let pair = this.#pairs.get(key);
    if (pair === undefined) {
      pair = new MatchedPair(key, source, target, timeMs);
      this.#pairs.set(key, pair);
    } else if (Math.abs(timeMs - pair.lastMs) > this.#parameters.windowMs) {
      pair.restart(timeMs);
    }
    pair.add(signature, observation.facts ?? [], timeMs);
    if (pair.matches >= this.#parameters.matches) this.nextDueMs = Math.min(this.nextDueMs, timeMs);
  }

  evaluate(nowMs: number): Finding[] {
    this.nextDueMs = Number.POSITIVE_INFINITY;
    const findings: Finding[] = [];
    for (const pair of this.#pairs.values()) {
      if (Math.abs(nowMs - pair.lastMs) > this.#parameters.windowMs) this.#pairs.delete(pair.key);
      else if (pair.matches >= this.#parameters.matches) findings.push(signatureFinding(pair, this.#parameters));
    }
    return findings;
  }

  get state(): TableState {
    const { size, capacity, evicted } = this.#pairs;
    return { entries: size, capacity, evicted };
  }
}

/** Who sent what matched and who got it, the server with its port; the other way round where the rule says who is the target. */
function endsOf(
  { sent, role, local, remote, signature }: SignatureObservation,
  localEnd: Endpoint,
  remoteEnd: Endpoint,
): readonly [source: Endpoint, target: Endpoint] {
  const own = role === 'client' ? localEnd : { ...localEnd, port: local.port };
  const other = role === 'server' ? remoteEnd : { ...remoteEnd, port: remote.port };
  const isSource = signature.target === 'source' ? !sent : sent;
  return isSource ? [own, other] : [other, own];
}
