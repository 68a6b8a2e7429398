import type { PayloadObservation, Socket } from '@netguard/core';

const CAPACITY = 1024;
/** A connection is told of within a second of its handshake. What nobody claims by then belonged to none: it was forged. */
const CLAIM_MS = 3000;

/** The end that a sample or a connection is of. */
interface End {
  readonly netns: number;
  readonly local: Socket;
  readonly remote: Socket;
}

/**
 * Payload that came with the last ACK of a handshake (or its SYN): it met the listener, so the kernel could not say of which
 * connection it is. It waits for the next that is told of the same two sockets. Bounded; the oldest makes room.
 */
export class PayloadUnclaimed {
  readonly #held = new Map<string, PayloadObservation>();
  #evicted = 0;

  /** Keeps a copy. Of a segment that comes again the first one is kept. */
  hold(sample: PayloadObservation): void {
    const key = keyOf(sample);
    if (this.#held.has(key)) return;
    if (this.#held.size >= CAPACITY) {
      this.#held.delete(this.#held.keys().next().value as string);
      this.#evicted++;
    }
    this.#held.set(key, { ...sample, bytes: sample.bytes.slice() });
  }

  /** What waits for the connection `id` with that end. */
  claim(end: End, id: string): PayloadObservation | undefined {
    if (this.#held.size === 0) return undefined;
    const key = keyOf(end);
    const sample = this.#held.get(key);
    if (sample === undefined) return undefined;
    this.#held.delete(key);
    return { ...sample, id };
  }

  /** Forgets what was never claimed. */
  tick(nowMs: number): void {
    for (const [key, { timeMs }] of this.#held) {
      if (nowMs - timeMs < CLAIM_MS) return;
      this.#held.delete(key);
    }
  }

  get state(): { readonly entries: number; readonly capacity: number; readonly evicted: number } {
    return { entries: this.#held.size, capacity: CAPACITY, evicted: this.#evicted };
  }
}

function keyOf({ netns, local, remote }: End): string {
  return `${netns} ${local.ip} ${local.port} ${remote.ip} ${remote.port}`;
}
