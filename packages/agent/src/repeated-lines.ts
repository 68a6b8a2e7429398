export interface RepeatedLinesOptions {
  readonly windowMs?: number;
  readonly now?: () => number;
}

interface Open {
  readonly sinceMs: number;
  repeated: number;
  readonly emit: (repeated: number) => void;
  timer: NodeJS.Timeout;
}

/** As long as nobody reads faster: one line of a kind each ten seconds. */
const WINDOW_MS = 10_000;
/** Kinds of lines remembered at once; above it the oldest is closed early. */
const MAX_KINDS = 500;

/**
 * Lets the first line of a kind through and holds back the same within the window after it; at the window's end one line
 * says how many were held back. A log under a flood stays readable and no repetition is lost from the count.
 */
export class RepeatedLines {
  readonly #open = new Map<string, Open>();
  readonly #windowMs: number;
  readonly #now: () => number;

  constructor({ windowMs = WINDOW_MS, now = Date.now }: RepeatedLinesOptions = {}) {
    this.#windowMs = windowMs;
    this.#now = now;
  }

  /** Calls `emit(0)` now, or later `emit(n)` for the n lines of this kind that were held back. */
  pass(kind: string, emit: (repeated: number) => void): void {
    const open = this.#open.get(kind);
    if (open !== undefined && this.#now() - open.sinceMs < this.#windowMs) {
      open.repeated++;
      return;
    }
    if (open !== undefined) this.#close(kind, open);
    const oldest = this.#open.entries().next().value;
    if (this.#open.size >= MAX_KINDS && oldest) this.#close(...oldest);
    const timer = setTimeout(() => {
      const ended = this.#open.get(kind);
      if (ended?.timer === timer) this.#close(kind, ended);
    }, this.#windowMs).unref();
    this.#open.set(kind, { sinceMs: this.#now(), repeated: 0, emit, timer });
    emit(0);
  }

  /** Emits what is held back now, before the process ends. */
  flush(): void {
    for (const [kind, open] of this.#open) this.#close(kind, open);
  }

  #close(kind: string, open: Open): void {
    clearTimeout(open.timer);
    this.#open.delete(kind);
    if (open.repeated > 0) open.emit(open.repeated);
  }
}
