/** When an activity is at work within each period; always when there is none. */
export interface Burst {
  readonly seconds: number;
  readonly everySeconds: number;
  /** How long after the start of each period it begins; at once unless set. */
  readonly afterSeconds?: number;
}

const SHORTEST_STEP_MS = 20;
const LONGEST_STEP_MS = 1000;
const began = performance.now();

export function isOn(burst: Burst | undefined): boolean {
  if (burst === undefined) return true;
  const seconds = (performance.now() - began) / 1000 - (burst.afterSeconds ?? 0);
  return seconds >= 0 && seconds % burst.everySeconds < burst.seconds;
}

/** Does something so often a second. What a busy machine kept it from doing is not made up for, beyond half a second. */
export function atRate(perSecond: number, action: () => void, burst?: Burst): void {
  let owed = 0;
  let lastMs = performance.now();
  const stepMs = Math.min(LONGEST_STEP_MS, Math.max(SHORTEST_STEP_MS, 500 / perSecond));
  setInterval(() => {
    const nowMs = performance.now();
    owed = isOn(burst) ? Math.min(owed + ((nowMs - lastMs) * perSecond) / 1000, perSecond / 2 + 1) : 0;
    lastMs = nowMs;
    for (; owed >= 1; owed -= 1) action();
  }, stepMs);
}

/** A whole number from `low` to `high`, both included. */
export function between(low: number, high: number): number {
  return low + Math.floor(Math.random() * (high - low + 1));
}

/** One of a list, by chance. */
export function anyOf<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)] as T;
}
