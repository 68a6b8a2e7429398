import { type LoggedEvent, REPLAY_KEPT, type StreamType } from '../state/event-log.ts';
import { Ring } from '../state/ring.ts';

/** The part of a response that a client is written to. */
export interface StreamOutput {
  /** False when the other side is behind: a `drain` event follows once it caught up. */
  write(text: string): boolean;
  end(): void;
  destroy(): void;
  once(event: 'drain', listener: () => void): unknown;
}

interface Dropped {
  count: number;
  sequence: number;
  id: string;
}

/** Text gathered before it is written: one system call for many small events. */
const CHUNK_CHARACTERS = 65_536;
/** Events of users' programs that wait for one client. */
const PROGRAM_EVENTS = 1000;
/** A client that took nothing for this long is gone, or as good as. */
export const STUCK_MS = 60_000;

/**
 * One reader of the stream. It has a queue of its own for each type: a full one gives up its oldest event, and the client
 * is told how many, in place, by a `lost` event. A snapshot of the pods replaces one that still waits.
 */
export class StreamClient {
  readonly #output: StreamOutput;
  readonly #queues: Readonly<Record<StreamType, Ring<LoggedEvent>>> = {
    flow: new Ring(REPLAY_KEPT.flow),
    alert: new Ring(REPLAY_KEPT.alert),
    lost: new Ring(REPLAY_KEPT.lost),
    pods: new Ring(1),
    program: new Ring(PROGRAM_EVENTS),
  };
  #dropped: Dropped | null = null;
  #blockedSinceMs: number | null = null;
  #scheduled = false;
  #closed = false;
  readonly #now: () => number;

  constructor(output: StreamOutput, now: () => number) {
    this.#output = output;
    this.#now = now;
  }

  /** Greets the client with the id that it would resume from if nothing else came. */
  greet(id: string): void {
    this.#write(`retry: 2000\nid: ${id}\n\n`);
  }

  /** Says that `count` events are gone, before anything offered later. */
  tellLost(count: number, id: string): void {
    this.#dropped = { count: (this.#dropped?.count ?? 0) + count, sequence: this.#dropped?.sequence ?? 0, id };
    this.#schedule();
  }

  offer(event: LoggedEvent): void {
    const gone = this.#queues[event.type].push(event);
    if (gone !== undefined && event.type !== 'pods') {
      this.#dropped = { count: (this.#dropped?.count ?? 0) + 1, sequence: gone.sequence, id: gone.id };
    }
    this.#schedule();
  }

  /** Keeps the connection alive; ends it when the client took nothing for a minute. */
  heartbeat(): void {
    if (this.#blockedSinceMs === null) this.#write(': heartbeat\n\n');
    else if (this.#now() - this.#blockedSinceMs >= STUCK_MS) this.#output.destroy();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#output.end();
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed || this.#blockedSinceMs !== null) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (!this.#closed && this.#blockedSinceMs === null) {
      const text = this.#nextChunk();
      if (text === '') return;
      this.#write(text);
    }
  }

  #nextChunk(): string {
    let text = '';
    while (text.length < CHUNK_CHARACTERS) {
      const frame = this.#nextFrame();
      if (frame === undefined) break;
      text += frame;
    }
    return text;
  }

  /** The oldest of what waits, so that ids only go forward. */
  #nextFrame(): string | undefined {
    let oldest: Ring<LoggedEvent> | undefined;
    for (const queue of Object.values(this.#queues)) {
      if (queue.size > 0 && (oldest === undefined || queue.at(0)!.sequence < oldest.at(0)!.sequence)) oldest = queue;
    }
    const next = oldest?.at(0);
    if (this.#dropped !== null && (next === undefined || this.#dropped.sequence < next.sequence)) {
      const { count, id } = this.#dropped;
      this.#dropped = null;
      return frameText('lost', id, JSON.stringify({ source: 'stream', count }));
    }
    oldest?.shift();
    return next && frameText(next.type, next.id, next.text);
  }

  #write(text: string): void {
    if (this.#closed) return;
    if (this.#output.write(text)) return;
    this.#blockedSinceMs = this.#now();
    this.#output.once('drain', () => {
      this.#blockedSinceMs = null;
      this.#flush();
    });
  }
}

function frameText(type: StreamType, id: string, json: string): string {
  return `id: ${id}\nevent: ${type}\ndata: ${json}\n\n`;
}
