import type { Finding } from '../../alert/alert.ts';
import { workloadKey } from '../../endpoint.ts';
import type { Observation } from '../../observation.ts';
import { Lru } from '../../sketch/lru.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { meetsLevel } from './condition.ts';
import { Excess } from './excess.ts';
import type { ProgramParameters } from './parameters.ts';
import { programFinding } from './report.ts';

const CAPACITY = 4096;

export class ProgramInstance implements DetectorInstance {
  #parameters: ProgramParameters;
  readonly #excesses = new Lru<string, Excess>(CAPACITY);
  nextDueMs = Number.POSITIVE_INFINITY;

  constructor(parameters: ProgramParameters) {
    this.#parameters = parameters;
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
  }

  observe(observation: Observation, who: Who): void {
    if (observation.kind !== 'program') return;
    const { program, alert, cause, condition, value, timeMs } = observation;
    const remote = who.remote === null ? '' : workloadKey(who.remote);
    const pods = `${who.local.pod ?? ''}|${who.remote?.pod ?? ''}`;
    const key = [program, alert, cause, workloadKey(who.local), remote, pods].join('\n');
    const known = this.#excesses.get(key);
    const goesOn = meetsLevel(value, condition.comparison, known?.isTold ? condition.off : condition.on);
    if (!goesOn) {
      if (known !== undefined) this.#excesses.delete(key);
      return;
    }
    const excess = known ?? new Excess(key, timeMs);
    if (known === undefined) this.#excesses.set(key, excess);
    if (excess.meet(observation, who)) this.nextDueMs = Math.min(this.nextDueMs, timeMs);
  }

  evaluate(nowMs: number): Finding[] {
    this.nextDueMs = Number.POSITIVE_INFINITY;
    const findings: Finding[] = [];
    for (const excess of this.#excesses.values()) {
      if (Math.abs(nowMs - excess.lastMs) > this.#parameters.staleMs) this.#excesses.delete(excess.key);
      else if (excess.isTold) findings.push(programFinding(excess));
    }
    return findings;
  }

  get state(): TableState {
    const { size, capacity, evicted } = this.#excesses;
    return { entries: size, capacity, evicted };
  }
}
