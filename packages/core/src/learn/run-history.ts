import type { PastRuns } from './learning.ts';

/** One run: its id, when it was last heard of, and what it came to by measure. */
export interface RunState {
  readonly id: string;
  readonly lastMs: number;
  readonly totals: Readonly<Record<string, number>>;
}

/** The last ten and those that may be going on beside them. */
const CAPACITY = 12;
/** kubernetes-rules: a run is compared with the last ten. */
const COMPARED = 10;

interface Entry {
  lastMs: number;
  /** In alarm at some time: no measure for others. */
  isExcluded: boolean;
  readonly totals: Map<string, number>;
}

/** The runs of one Job or CronJob. */
export class RunHistory {
  readonly #runs = new Map<string, Entry>();

  set(id: string, measure: string, total: number, timeMs: number): void {
    const run = this.#run(id, timeMs);
    run.lastMs = Math.max(run.lastMs, timeMs);
    run.totals.set(measure, Math.max(total, run.totals.get(measure) ?? 0));
  }

  exclude(id: string, timeMs: number): void {
    this.#run(id, timeMs).isExcluded = true;
  }

  past(id: string, measure: string): PastRuns {
    const others: Entry[] = [];
    for (const [other, run] of this.#runs) if (other !== id && !run.isExcluded && run.totals.size > 0) others.push(run);
    const last = others.sort((a, b) => b.lastMs - a.lastMs).slice(0, COMPARED);
    return { count: last.length, largest: Math.max(0, ...last.map((run) => run.totals.get(measure) ?? 0)) };
  }

  get size(): number {
    return this.#runs.size;
  }

  get state(): RunState[] {
    const states: RunState[] = [];
    for (const [id, { lastMs, isExcluded, totals }] of this.#runs) {
      if (!isExcluded) states.push({ id, lastMs: Math.round(lastMs), totals: Object.fromEntries(totals) });
    }
    return states.sort((a, b) => b.lastMs - a.lastMs || (a.id < b.id ? -1 : 1));
  }

  /** Joins runs of before or from elsewhere with these; the totals of one run in two places add up. */
  put({ id, lastMs, totals }: RunState): void {
    const run = this.#run(id, lastMs);
    run.lastMs = Math.max(run.lastMs, lastMs);
    for (const [measure, total] of Object.entries(totals)) {
      run.totals.set(measure, (run.totals.get(measure) ?? 0) + total);
    }
  }

  #run(id: string, timeMs: number): Entry {
    let run = this.#runs.get(id);
    if (run === undefined) {
      run = { lastMs: timeMs, isExcluded: false, totals: new Map() };
      this.#runs.set(id, run);
      if (this.#runs.size > CAPACITY) this.#forgetOldest();
    }
    return run;
  }

  #forgetOldest(): void {
    const [oldest] = [...this.#runs].sort(([, a], [, b]) => a.lastMs - b.lastMs);
    if (oldest) this.#runs.delete(oldest[0]);
  }
}
