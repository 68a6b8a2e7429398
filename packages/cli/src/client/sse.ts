export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
  /** The last id seen so far, also from earlier events (WHATWG HTML, "last event ID buffer"). */
  readonly id: string;
}

/** Bytes an event may have: what grows beyond is no event of ours. */
const MAX_EVENT = 16 * 1024 * 1024;

/**
 * Reads server-sent events (WHATWG HTML §9.2.6) from chunks cut anywhere. Lines end in LF, CR or CRLF; lines beginning with
 * a colon are comments; an event without data is not dispatched; an unfinished one at the end is dropped.
 */
export class SseParser {
  #rest = '';
  #data: string[] = [];
  #size = 0;
  #event = '';
  #skipLf = false;
  #first = true;
  #decoder = new TextDecoder();
  /** Last event id, to be sent as Last-Event-ID after a break. */
  lastEventId = '';
  /** What the server asked for with `retry:`, in milliseconds. */
  retryMs: number | undefined;

  /** The events that `chunk` completes. */
  push(chunk: Uint8Array): ServerSentEvent[] {
    let text = this.#decoder.decode(chunk, { stream: true });
    if (text === '') return [];
    if (this.#first) {
      this.#first = false;
      if (text.startsWith('\ufeff')) text = text.slice(1);
    }
    if (this.#skipLf && text.startsWith('\n')) text = text.slice(1);
    this.#skipLf = text.endsWith('\r');
    const lines = (this.#rest + text).split(/\r\n|\r|\n/);
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length + this.#size > MAX_EVENT) throw new Error(`an event larger than ${MAX_EVENT} bytes`);
    const events: ServerSentEvent[] = [];
    for (const line of lines) {
      const event = this.#line(line);
      if (event) events.push(event);
    }
    return events;
  }

  #line(line: string): ServerSentEvent | undefined {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return undefined;
    const field = colon < 0 ? line : line.slice(0, colon);
    const raw = colon < 0 ? '' : line.slice(colon + 1);
    const value = raw.startsWith(' ') ? raw.slice(1) : raw;
    if (field === 'data') {
      this.#data.push(value);
      this.#size += value.length;
    } else if (field === 'event') this.#event = value;
    else if (field === 'id' && !value.includes('\0')) this.lastEventId = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
    return undefined;
  }

  #dispatch(): ServerSentEvent | undefined {
    const { length } = this.#data;
    const event = { event: this.#event || 'message', data: this.#data.join('\n'), id: this.lastEventId };
    this.#data = [];
    this.#size = 0;
    this.#event = '';
    return length > 0 ? event : undefined;
  }
}
