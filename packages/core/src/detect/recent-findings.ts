import type { Finding } from '../alert/alert.ts';
import { workloadKey } from '../endpoint.ts';
import { Lru } from '../sketch/lru.ts';
import type { RecentFindings } from './context.ts';

/** Workloads remembered, and rules remembered of each. */
const WORKLOADS = 4096;
const RULES_EACH = 16;

/** Which rules named a workload, and when last. `DetectorSet` notes every finding here after each evaluation. */
export class FindingLog implements RecentFindings {
  readonly #byWorkload = new Lru<string, Map<string, number>>(WORKLOADS);

  note(finding: Finding, nowMs: number): void {
    if (finding.category === 'health') return;
    if (finding.source !== null) this.#note(workloadKey(finding.source), finding.rule, nowMs);
    if (finding.target !== null) this.#note(workloadKey(finding.target), finding.rule, nowMs);
  }

  about(workload: string, exceptRule: string, sinceMs: number): string | undefined {
    let newest: string | undefined;
    let newestMs = sinceMs;
    for (const [rule, atMs] of this.#byWorkload.get(workload) ?? []) {
      if (rule === exceptRule || atMs < newestMs) continue;
      newest = rule;
      newestMs = atMs;
    }
    return newest;
  }

  #note(workload: string, rule: string, nowMs: number): void {
    let rules = this.#byWorkload.get(workload);
    if (rules === undefined) {
      rules = new Map();
      this.#byWorkload.set(workload, rules);
    }
    if (rules.size >= RULES_EACH && !rules.has(rule)) rules.clear();
    rules.set(rule, nowMs);
  }
}
