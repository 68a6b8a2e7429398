/** A flow's time may be this far from ours: relays sort, clocks differ. Further off, its node's clock is wrong. */
const AHEAD_MS = 2000;
const BEHIND_MS = 30_000;
/** Flows are told with this delay at the most, as long as all is well: relays hold them back for a second to sort them. */
const LAG_MS = 2000;

/**
 * The time of events: that of the flows, and where none comes, what has passed since. It stands while the relay is away, so
 * that what is told later counts when it was and not all at once.
 */
export class EventClock {
  readonly #wallMs: () => number;
  #lastEventMs = Number.NaN;
  #heardMs = Number.NaN;
  #isConnected = false;
  /** Flows are of now, not of a break that is being made up for. */
  #isLive = false;
  #corrected = 0;

  constructor(wallMs: () => number = Date.now) {
    this.#wallMs = wallMs;
  }

  setConnected(isConnected: boolean): void {
    this.#isConnected = isConnected;
    this.#isLive = false;
    this.#heardMs = this.#wallMs();
  }

  /** The time at which a flow counts: its own, unless its node's clock is wrong. */
  timeOf(flowMs: number): number {
    const wallMs = this.#wallMs();
    const isOff = flowMs > wallMs + AHEAD_MS || (this.#isLive && flowMs < wallMs - BEHIND_MS);
    if (flowMs > wallMs - LAG_MS) this.#isLive = true;
    if (isOff) this.#corrected++;
    const timeMs = isOff ? wallMs : flowMs;
    if (!(timeMs <= this.#lastEventMs)) this.#lastEventMs = timeMs;
    this.#heardMs = wallMs;
    return timeMs;
  }

  /** Event time now; NaN before there was any. */
  nowMs(): number {
    if (!this.#isConnected) return this.#lastEventMs;
    const silentMs = this.#wallMs() - this.#heardMs;
    // Nothing more was held back for us.
    if (silentMs > 2 * LAG_MS) this.#isLive = true;
    return this.#isLive ? this.#lastEventMs + Math.max(0, silentMs - LAG_MS) : this.#lastEventMs;
  }

  /** Flows whose time could not be. */
  get corrected(): number {
    return this.#corrected;
  }
}
