import { formatTime } from '../rfc3339.ts';
import type { TableState } from '../table-state.ts';
import type { Alert } from './alert.ts';
import { alertId } from './alert-id.ts';
import { fnv1a64 } from './fingerprint.ts';
import { matchersText, newSilence, type Silence, type SilenceRequest, silenceState } from './silence.ts';
import { compileMatcher, silenceError } from './silence-matcher.ts';

/** Silences that hold or are to come. */
const CAPACITY = 1000;
/** How long one stays listed after its end; as Alertmanager's retention. */
export const EXPIRED_KEPT_MS = 5 * 86_400_000;

interface Held {
  readonly silence: Silence;
  readonly startsMs: number;
  readonly endsMs: number;
  readonly matches: (alert: Alert) => boolean;
}

/**
 * The silences of one process: which there are, and which one an alert meets. A silenced alert is stored, streamed and
 * counted as any other; it only says so in `suppressedBy`, and nobody is notified of it.
 */
export class SilenceBook {
  readonly #held = new Map<string, Held>();
  #ids = 0;

  /** Throws NG_ERR_SILENCE when the request cannot be granted. */
  add(request: SilenceRequest, nowMs: number): Silence {
    this.#forgetOld(nowMs);
    if (this.#held.size >= CAPACITY)
      throw silenceError(`there are ${CAPACITY} silences already`, 'Expire some with `netguard silence expire`.');
    const seed = `${request.createdBy}|${request.comment}|${this.#ids}`;
    const silence = newSilence(request, alertId(nowMs, seed, 'silence', this.#ids++), 'api', nowMs);
    this.#hold(silence);
    return silence;
  }

  /** Takes the place of all silences of the configuration. One that is the same as before keeps its id and its age. */
  configure(requests: readonly SilenceRequest[], nowMs: number): void {
    const silences = requests.map((request) => {
      const made = newSilence(request, '', 'configuration', nowMs);
      const text = [matchersText(made.matchers), request.startsMs, request.endsMs, made.createdBy, made.comment];
      const id = `config-${fnv1a64(JSON.stringify(text))}`;
      // Without a start of its own it began when it was first read.
      return this.#held.get(id)?.silence ?? { ...made, id };
    });
    for (const [id, { silence }] of this.#held) if (silence.origin === 'configuration') this.#held.delete(id);
    for (const silence of silences) this.#hold(silence);
  }

  /** Ends it now; undefined when there is none. Throws NG_ERR_SILENCE when it is over, or not ours to end. */
  expire(id: string, nowMs: number): Silence | undefined {
    const silence = this.#held.get(id)?.silence;
    if (silence === undefined) return undefined;
    if (silence.origin === 'configuration')
      throw silenceError(`${id} is in the configuration`, 'Remove it there; that takes effect without a restart.');
    const state = silenceState(silence, nowMs);
    if (state === 'expired') throw silenceError(`${id} has ended at ${silence.endsAt}`);
    const now = formatTime(nowMs);
    const startsAt = state === 'pending' ? now : silence.startsAt;
    const ended = { ...silence, startsAt, endsAt: now, updatedAt: now };
    this.#hold(ended);
    return ended;
  }

  /** Takes over what was kept over a restart. */
  restore(silences: readonly Silence[], nowMs: number): void {
    for (const silence of silences) this.#hold(silence);
    this.#forgetOld(nowMs);
  }

  find(id: string): Silence | undefined {
    return this.#held.get(id)?.silence;
  }

  /** All that are kept, also those that ended lately, newest first. */
  list(nowMs: number): Silence[] {
    this.#forgetOld(nowMs);
    const silences = Array.from(this.#held.values(), ({ silence }) => silence);
    return silences.sort((a, b) =>
      a.createdAt < b.createdAt || (a.createdAt === b.createdAt && a.id < b.id) ? 1 : -1,
    );
  }

  active(nowMs: number): number {
    let count = 0;
    for (const held of this.#held.values()) if (isActive(held, nowMs)) count++;
    return count;
  }

  /** The silence that an alert meets: of several the one that ends last. */
  suppressing(alert: Alert, nowMs: number): string | undefined {
    let last: Held | undefined;
    for (const held of this.#held.values()) {
      if (!isActive(held, nowMs) || (last !== undefined && held.endsMs <= last.endsMs)) continue;
      if (held.matches(alert)) last = held;
    }
    return last?.silence.id;
  }

  /** When a silence next begins or ends (epoch ms), or Infinity. */
  nextChangeMs(nowMs: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { startsMs, endsMs } of this.#held.values()) {
      for (const ms of [startsMs, endsMs]) if (ms > nowMs && ms < next) next = ms;
    }
    return next;
  }

  get state(): TableState {
    return { entries: this.#held.size, capacity: CAPACITY, evicted: 0 };
  }

  #hold(silence: Silence): void {
    const matchers = silence.matchers.map(compileMatcher);
    this.#held.set(silence.id, {
      silence,
      startsMs: Date.parse(silence.startsAt),
      endsMs: Date.parse(silence.endsAt),
      matches: (alert) => matchers.every((matches) => matches(alert)),
    });
  }

  #forgetOld(nowMs: number): void {
    for (const [id, { silence, endsMs }] of this.#held) {
      if (silence.origin === 'api' && endsMs + EXPIRED_KEPT_MS < nowMs) this.#held.delete(id);
    }
  }
}

function isActive({ startsMs, endsMs }: Held, nowMs: number): boolean {
  return startsMs <= nowMs && nowMs < endsMs;
}
