const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Pods whose last hour is known; of those beyond, the one that was longest quiet is forgotten. */
const MOST_PODS = 4096;

export interface EventLimitSettings {
  readonly perMinute: number;
  readonly perPodPerHour: number;
}

/** How many Events may still be written, over all and about one pod: by what was written within the last minute and hour. */
export class EventLimits {
  readonly #settings: EventLimitSettings;
  /* Times of the last Events, the oldest first. */
  readonly #all: number[] = [];
  readonly #byPod = new Map<string, number[]>();

  constructor(settings: EventLimitSettings) {
    this.#settings = settings;
  }

  allows(pod: string, nowMs: number): boolean {
    forget(this.#all, nowMs - MINUTE_MS);
    const own = this.#byPod.get(pod) ?? [];
    forget(own, nowMs - HOUR_MS);
    return this.#all.length < this.#settings.perMinute && own.length < this.#settings.perPodPerHour;
  }

  /** One was written. */
  take(pod: string, nowMs: number): void {
    this.#all.push(nowMs);
    const own = this.#byPod.get(pod) ?? [];
    this.#byPod.delete(pod);
    this.#byPod.set(pod, own);
    own.push(nowMs);
    if (this.#byPod.size > MOST_PODS) this.#byPod.delete(this.#byPod.keys().next().value as string);
  }
}

function forget(times: number[], beforeMs: number): void {
  while (times.length > 0 && (times[0] as number) <= beforeMs) times.shift();
}
