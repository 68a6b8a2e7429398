import type { Alert } from '@netguard/core';
import { SseParser } from '../../packages/cli/src/client/sse.ts';

export interface ArrivedAlert {
  readonly alert: Alert;
  /** Wall clock in milliseconds, with fractions, when the last byte of the event was here. */
  readonly arrivedMs: number;
}

/** The alerts that an agent's stream sends from now on. */
export class AlertStream implements AsyncDisposable {
  readonly #abort = new AbortController();
  readonly #waiting = new Set<(arrived: ArrivedAlert) => void>();
  readonly #ended: Promise<void>;

  private constructor(body: AsyncIterable<Uint8Array>) {
    this.#ended = this.#read(body).catch(() => {});
  }

  static async open(url: string): Promise<AlertStream> {
    const response = await fetch(`${url}/api/v1/stream?types=alert`);
    if (!response.ok || response.body === null) throw new Error(`the stream answered ${response.status}`);
    return new AlertStream(response.body);
  }

  /** The next alert that opens for which `matches` holds; undefined after `withinMs`. */
  opened(matches: (alert: Alert) => boolean, withinMs: number): Promise<ArrivedAlert | undefined> {
    return new Promise((resolve) => {
      const done = (arrived: ArrivedAlert | undefined): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(arrived);
      };
      const look = (arrived: ArrivedAlert): void => {
        if (matches(arrived.alert)) done(arrived);
      };
      const timer = setTimeout(() => done(undefined), withinMs);
      this.#waiting.add(look);
    });
  }

  async #read(body: AsyncIterable<Uint8Array>): Promise<void> {
    const parser = new SseParser();
    for await (const chunk of body) {
      const arrivedMs = performance.timeOrigin + performance.now();
      if (this.#abort.signal.aborted) return;
      for (const { event, data } of parser.push(chunk)) {
        if (event !== 'alert') continue;
        const { type, alert } = JSON.parse(data) as { type: string; alert: Alert };
        if (type === 'open') for (const look of this.#waiting) look({ alert, arrivedMs });
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await Promise.race([this.#ended, new Promise((resolve) => setTimeout(resolve, 100))]);
  }
}
