import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from '@netguard/core';
import { type BackoffLimits, backoffMs } from '../backoff.ts';
import { type Notification, parseNotification } from './notification.ts';
import { DeliveryError, type Sink } from './sink.ts';
import type { Spool, Spooled } from './spool.ts';

export interface DeliveryOptions {
  readonly sink: Sink;
  readonly spool: Spool;
  readonly timeoutMs: number;
  readonly backoff?: BackoffLimits | undefined;
  readonly onSent: (count: number) => void;
  /** An attempt that ended in an error; `lost` notifications will not be tried again. */
  readonly onFailure: (error: Error, lost: number) => void;
  /** All went well. */
  readonly onSuccess: () => void;
}

/** For what is under way at the end of the process. */
const CLOSE_MS = 1500;

/** Takes what waits in the spool to the sink, in order, one batch at a time, until it is taken. */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #closing = new AbortController();
  /** Ends also the attempt that is under way. */
  readonly #ended = new AbortController();
  #failures = 0;
  #running: Promise<void> | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Something is in the spool. */
  wake(): void {
    if (this.#closing.signal.aborted || this.#options.spool.count === 0) return;
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
      this.wake();
    });
  }

  /** Says again what is open, unless news has to go first. */
  async resend(alerts: readonly Alert[]): Promise<void> {
    const { sink } = this.#options;
    if (sink.resend === undefined || alerts.length === 0 || this.#running || this.#closing.signal.aborted) return;
    this.#running = this.#try(async (signal) => sink.resend?.(alerts, signal)).then(() => {
      this.#running = undefined;
      this.wake();
    });
    await this.#running;
  }

  /** Goes on while all goes well, for a moment; what is left stays in the spool. */
  async close(): Promise<void> {
    this.#closing.abort();
    const end = setTimeout(() => this.#ended.abort(new Error('NetGuard is stopping')), CLOSE_MS);
    await this.#running;
    clearTimeout(end);
  }

  async #drain(): Promise<void> {
    const { sink, spool } = this.#options;
    while (spool.count > 0 && !this.#ended.signal.aborted) {
      const { entries, batch } = await this.#take(sink.maxBatch);
      if (batch.length === 0) continue;
      const error = await this.#try((signal) => sink.send(batch, signal), batch.length);
      if (error === undefined || (error instanceof DeliveryError && error.final)) {
        spool.done(entries);
        if (error === undefined) this.#options.onSent(batch.length);
        continue;
      }
      spool.release(entries);
      if (this.#closing.signal.aborted) return;
      const retryAfterMs = error instanceof DeliveryError ? error.retryAfterMs : undefined;
      const pause = backoffMs(this.#failures, retryAfterMs, this.#options.backoff);
      await sleep(pause, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined);
      if (this.#closing.signal.aborted) return;
    }
  }

  /** What lies in the spool and is no notification is dropped. */
  async #take(most: number): Promise<{ readonly entries: Spooled[]; readonly batch: Notification[] }> {
    const entries: Spooled[] = [];
    const batch: Notification[] = [];
    const broken: Spooled[] = [];
    for (const { entry, text } of await this.#options.spool.take(most)) {
      const notification = parseNotification(text);
      if (notification === undefined) broken.push(entry);
      else {
        entries.push(entry);
        batch.push(notification);
      }
    }
    if (broken.length > 0) {
      this.#options.spool.done(broken);
      const error = new DeliveryError('NG_ERR_SINK_SPOOL', 'reading the spool', { cause: 'a file is no notification' });
      this.#options.onFailure(error, broken.length);
    }
    return { entries, batch };
  }

  /** The error of an attempt that delivered nothing; undefined when it delivered. */
  async #try(attempt: (signal: AbortSignal) => Promise<Error | undefined>, count = 0): Promise<Error | undefined> {
    const { timeoutMs, onFailure, onSuccess } = this.#options;
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort(new DeliveryError('NG_ERR_SINK_ANSWER', 'sending', { cause: `no answer within ${timeoutMs} ms` }));
    }, timeoutMs);
    try {
      const trouble = await attempt(AbortSignal.any([late.signal, this.#ended.signal]));
      this.#failures = 0;
      if (trouble === undefined) onSuccess();
      else onFailure(trouble, 0);
      return undefined;
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      const isFinal = error instanceof DeliveryError && error.final;
      this.#failures = isFinal ? 0 : this.#failures + 1;
      if (!this.#ended.signal.aborted) onFailure(error, isFinal ? count : 0);
      return error;
    } finally {
      clearTimeout(timer);
    }
  }
}
