import type { ListenerObservation } from '../observation.ts';
import type { ListenerWindow } from './listener-window.ts';

/** A client retransmits its SYN after 1 s and 2 s more (RFC 6298): a spell may be silent for that long. */
const GAP_MS = 2500;

/** The time during which SYNs meet a full accept queue: the application is slow, or somebody hides behind that. */
export class QueueSpell {
  sinceMs = Number.NaN;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** Follows one reading that was just pushed to `window`. */
  follow(reading: ListenerObservation, window: ListenerWindow): void {
    const { timeMs } = reading;
    const isFull = reading.backlog > 0 && reading.acceptQueue >= reading.backlog;
    const turnedAway =
      window.queueFullBetween(timeMs - 1, timeMs) > 0 || (isFull && window.retransmitsBetween(timeMs - 1, timeMs) > 0);
    if (turnedAway) {
      if (!this.isActive(reading.timeMs)) this.sinceMs = reading.timeMs;
      this.#lastMs = reading.timeMs;
    } else if (!this.isActive(reading.timeMs)) {
      this.end();
    }
  }

  isActive(nowMs: number): boolean {
    return !Number.isNaN(this.sinceMs) && nowMs - this.#lastMs <= GAP_MS && nowMs >= this.sinceMs - GAP_MS;
  }

  /** How long the spell has lasted at `nowMs`; 0 when there is none. */
  lastedMs(nowMs: number): number {
    return this.isActive(nowMs) ? Math.max(0, nowMs - this.sinceMs) : 0;
  }

  end(): void {
    this.sinceMs = Number.NaN;
    this.#lastMs = Number.NEGATIVE_INFINITY;
  }
}

export interface SpoofLimits {
  readonly queueFullMs: number;
  readonly windowMs: number;
  readonly listenerSynsPerWindow: number;
  readonly retransmitShare: number;
}

/**
 * Whether SYNs at a full accept queue come from nobody: real clients that were turned away retransmit, invented ones do
 * not. False before the spell has lasted long enough to tell, and below the flood's floor.
 */
export function nobodyRetransmits(
  window: ListenerWindow,
  spell: QueueSpell,
  nowMs: number,
  limits: SpoofLimits,
): boolean {
  if (spell.lastedMs(nowMs) < limits.queueFullMs) return false;
  const moved = window.between(window.newestMs - limits.queueFullMs, window.newestMs);
  const failed = Math.max(moved.queueFullSyns, moved.syns - moved.completed);
  const elapsedMs = Math.max(moved.toMs - moved.fromMs, limits.windowMs);
  if ((failed * limits.windowMs) / elapsedMs < limits.listenerSynsPerWindow) return false;
  return moved.synRetransmits < limits.retransmitShare * failed;
}
