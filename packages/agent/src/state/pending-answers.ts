/** Requests that may wait for an answer at once. */
const MOST_WAITING = 16;
/** The Worker turns its loop ten times a second; longer than this it is not answering. */
const ANSWER_MS = 30_000;

interface Waiting<Part> {
  readonly parts: Part[];
  readonly resolve: (parts: readonly Part[]) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Questions to the Worker of one kind that wait for their answers, which come in parts. */
export class PendingAnswers<Part> {
  readonly #what: string;
  readonly #waiting = new Map<number, Waiting<Part>>();
  #lastId = 0;

  /** `what` is asked for, as a message says it: `baselines`. */
  constructor(what: string) {
    this.#what = what;
  }

  /** Resolves with all parts in their order. Rejects when too many wait, after 30 s, and at the end of the process. */
  ask(send: (id: number) => void): Promise<readonly Part[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Part[]>();
    if (this.#waiting.size >= MOST_WAITING) {
      reject(new Error(`too many requests for ${this.#what} are waiting`));
      return promise;
    }
    const id = ++this.#lastId;
    const timer = setTimeout(() => {
      this.#settle(id);
      reject(new Error(`the Worker did not answer within ${ANSWER_MS / 1000} s`));
    }, ANSWER_MS).unref();
    this.#waiting.set(id, { parts: [], resolve, reject, timer });
    send(id);
    return promise;
  }

  /** Takes a part; one that nobody waits for any more is let go. */
  take(id: number, part: Part, isLast: boolean): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    waiting.parts.push(part);
    if (!isLast) return;
    this.#settle(id);
    waiting.resolve(waiting.parts);
  }

  /** Nobody will answer any more. */
  close(): void {
    for (const [id, { reject }] of this.#waiting) {
      this.#settle(id);
      reject(new Error('NetGuard is stopping'));
    }
  }

  #settle(id: number): void {
    clearTimeout(this.#waiting.get(id)?.timer);
    this.#waiting.delete(id);
  }
}
