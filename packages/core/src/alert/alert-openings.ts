import type { Finding, Severity } from './alert.ts';

/** One series of netguard_alerts_total. */
export interface AlertOpenings {
  readonly rule: string;
  readonly severity: Severity;
  readonly namespace: string;
  readonly count: number;
}

/** Counts openings by rule, severity and namespace: the target's, else the source's. */
export class OpeningCounter {
  readonly #series = new Map<string, { -readonly [K in keyof AlertOpenings]: AlertOpenings[K] }>();

  count({ rule, severity, source, target }: Finding): void {
    const namespace = target?.namespace ?? source?.namespace ?? '';
    const key = `${rule}\n${severity}\n${namespace}`;
    const series = this.#series.get(key);
    if (series) series.count++;
    else this.#series.set(key, { rule, severity, namespace, count: 1 });
  }

  list(): AlertOpenings[] {
    return [...this.#series.values()].map((series) => ({ ...series }));
  }
}
