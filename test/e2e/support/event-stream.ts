import assert from 'node:assert/strict';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { until } from './until.ts';

/** One server-sent event and when it came (epoch milliseconds). */
export interface StreamEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
  readonly atMs: number;
}

/** A reader of `/api/v1/stream` that keeps all it was told. */
export class EventStream {
  readonly events: StreamEvent[] = [];
  ended = false;
  readonly #request: ClientRequest;

  private constructor(asked: ClientRequest, response: IncomingMessage) {
    this.#request = asked;
    let rest = '';
    response.setEncoding('utf8').on('data', (text: string) => {
      const atMs = Date.now();
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = Object.fromEntries(
          block.split('\n').map((line) => [line.split(':', 1)[0], line.replace(/^\w*: ?/, '')]),
        );
        if (fields.id !== undefined)
          this.events.push({ id: fields.id, event: fields.event ?? '', data: fields.data ?? '', atMs });
      }
    });
    response.on('error', () => {});
    response.on('close', () => {
      this.ended = true;
    });
  }

  /** Resolves when the server's greeting has come: from then on nothing is missed. */
  static async open(base: string, types: string, lastEventId?: string): Promise<EventStream> {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const stream = await new Promise<EventStream>((resolve, reject) => {
      const asked = request(`${base}/api/v1/stream?types=${types}`, { agent: false, headers }, (response) => {
        assert.equal(response.statusCode, 200);
        assert.match(response.headers['content-type'] ?? '', /^text\/event-stream/);
        resolve(new EventStream(asked, response));
      });
      asked.on('error', reject);
      asked.end();
    });
    await until('the greeting of the stream', () => stream.events.length > 0);
    return stream;
  }

  /** Events with data of one type, oldest first. */
  of<T>(type: string): { readonly id: string; readonly data: T; readonly atMs: number }[] {
    return this.events
      .filter(({ event }) => event === type)
      .map(({ id, data, atMs }) => ({ id, data: JSON.parse(data) as T, atMs }));
  }

  [Symbol.dispose](): void {
    this.#request.destroy();
  }
}
