import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import {
  type Alert,
  type AlertEvent,
  compileMatcher,
  NetGuardError,
  parseMatcher,
  type Severity,
} from '@netguard/core';
import type { BackoffLimits } from '../backoff.ts';
import type { SinkSettings } from '../config/sink-schema.ts';
import type { SinkView } from '../http/api-types.ts';
import type { ApiAccess } from '../kubernetes/api-access.ts';
import type { Logger } from '../log.ts';
import { Delivery } from './delivery.ts';
import { notificationText } from './notification.ts';
import { openSink } from './open-sink.ts';
import { Spool } from './spool.ts';
import { type Filter, isFor, Told } from './told.ts';

export interface OutletOptions {
  readonly name: string;
  readonly settings: SinkSettings;
  readonly spoolDir: string;
  readonly origin: { readonly node: string; readonly version: string };
  readonly told: Readonly<Record<string, Severity>>;
  readonly logger: Logger;
  readonly now: () => number;
  readonly apiServer: () => ApiAccess | undefined;
  /** It was told something: a reason to save what sinks were told. */
  readonly onTold: () => void;
  /** What is wrong with it, one sentence; null when all is well again. */
  readonly onConcern: (topic: 'delivery' | 'spool', sentence: string | null) => void;
  readonly backoff?: BackoffLimits;
}

export interface SinkCounts {
  sent: number;
  failures: number;
  dropped: number;
  leftOut: number;
}

/** One configured sink at work: what it is to hear of, what waits for it, and how it does. */
export class Outlet {
  readonly counts: SinkCounts = { sent: 0, failures: 0, dropped: 0, leftOut: 0 };
  readonly #options: OutletOptions;
  readonly #told: Told;
  readonly #spool: Spool;
  #settings: SinkSettings;
  #filter: Filter;
  #delivery: Delivery;
  #lastError: string | undefined;

  constructor(options: OutletOptions) {
    this.#options = options;
    const { settings, name, spoolDir } = options;
    this.#settings = settings;
    this.#filter = filterOf(settings);
    this.#told = new Told(options.told);
    this.#spool = new Spool({
      directory: join(spoolDir, name),
      maxBytes: settings.spoolBytes,
      onDrop: (count) => this.#dropped(count),
      onWrite: (error) => this.#written(error),
    });
    this.#restore();
    this.#delivery = this.#newDelivery();
    this.#delivery.wake();
  }

  get settings(): SinkSettings {
    return this.#settings;
  }

  get told(): Readonly<Record<string, Severity>> {
    return this.#told.severities;
  }

  get spooledBytes(): number {
    return this.#spool.bytes;
  }

  view(): SinkView {
    const { name } = this.#options;
    const failed = this.#lastError === undefined ? {} : { lastError: this.#lastError };
    const state = this.#lastError === undefined ? 'ok' : 'failing';
    return { name, type: this.#settings.type, state, spooled: this.#spool.count, ...failed };
  }

  /** Other settings from now on. What waits and what it was told stay; the attempt under way ends first. */
  async configure(settings: SinkSettings): Promise<void> {
    this.#settings = settings;
    this.#filter = filterOf(settings);
    this.#spool.maxBytes = settings.spoolBytes;
    await this.#delivery.close();
    this.#succeeded();
    this.#delivery = this.#newDelivery();
    this.#delivery.wake();
  }

  /** What happened while nobody listened: alerts that opened untold, and told ones that are over. `find` knows the latter. */
  catchUp(open: readonly Alert[], find: (id: string) => Alert | undefined): void {
    for (const alert of open) if (!this.#told.has(alert.id)) this.receive({ type: 'open', alert });
    const stillOpen = new Set(open.map(({ id }) => id));
    for (const id of this.#told.ids()) {
      if (stillOpen.has(id)) continue;
      const alert = find(id);
      if (alert?.status === 'resolved') this.receive({ type: 'resolve', alert });
      else this.#told.forget(id);
    }
  }

  receive(event: AlertEvent): void {
    const news = this.#told.judge(event, this.#filter);
    if (news === undefined) return;
    const { now, onTold } = this.#options;
    if ('notify' in this.#settings && !this.#settings.notify.includes(news.kind)) {
      onTold();
      return;
    }
    const time = new Date(now()).toISOString();
    const saved = this.#spool.push(notificationText({ id: randomUUID(), time, ...news, alert: event.alert }));
    void saved.then(onTold);
    this.#delivery.wake();
  }

  /** Says again what is open, to sinks that want that. */
  async resend(open: readonly Alert[]): Promise<void> {
    await this.#delivery.resend(open.filter((alert) => isFor(alert, this.#filter)));
  }

  /** What is left is on disk. */
  async close(): Promise<void> {
    await this.#delivery.close();
    await this.#spool.flush();
  }

  /** After `close`, or instead of its end: what could be neither sent nor saved is counted and said. */
  loseUnsaved(): void {
    const lost = this.#spool.unsaved;
    if (lost === 0) return;
    this.counts.dropped += lost;
    const { name, spoolDir, logger } = this.#options;
    const sentence = `sink ${name}: ${lost} notifications could be neither sent nor saved in ${join(spoolDir, name)}, and are lost. Make room there.`;
    logger.error({ code: 'NG_ERR_SINK_SPOOL', sink: name, lost }, sentence);
  }

  /** A spool that cannot be read is said; what comes now goes out all the same. */
  #restore(): void {
    try {
      this.#spool.restore();
    } catch (error) {
      this.#written(error as Error);
    }
  }

  #newDelivery(): Delivery {
    const { origin, backoff, apiServer, now } = this.#options;
    const onLeftOut = (count: number) => {
      this.counts.leftOut += count;
    };
    return new Delivery({
      sink: openSink(this.#settings, origin, { apiServer, onLeftOut, now }),
      spool: this.#spool,
      timeoutMs: this.#settings.timeoutMs,
      backoff,
      onSent: (count) => {
        this.counts.sent += count;
      },
      onFailure: (error, lost) => this.#failed(error, lost),
      onSuccess: () => this.#succeeded(),
    });
  }

  #succeeded(): void {
    if (this.#lastError === undefined) return;
    this.#lastError = undefined;
    const { name, onConcern, logger } = this.#options;
    onConcern('delivery', null);
    logger.info({ sink: name, waiting: this.#spool.count }, `sink ${name}: what was wrong is over`);
  }

  #failed(error: Error, lost: number): void {
    this.counts.failures++;
    this.counts.dropped += lost;
    const { name, onConcern, logger } = this.#options;
    const hint = error instanceof NetGuardError && error.hint !== undefined ? `. ${error.hint}` : '';
    this.#lastError = `${error.message}${hint}`;
    const code = error instanceof NetGuardError ? error.code : 'NG_ERR_SINK_ANSWER';
    const what = lost > 0 ? ` ${lost} notifications are lost by it.` : '';
    onConcern('delivery', `Alerts do not get out by sink ${name} (${this.#settings.type}): ${this.#lastError}.${what}`);
    logger.warn({ code, sink: name, waiting: this.#spool.count, lost }, `sink ${name}: ${this.#lastError}`);
  }

  #dropped(count: number): void {
    this.counts.dropped += count;
    const { name, logger } = this.#options;
    logger.warn({ code: 'NG_ERR_SINK_SPOOL', sink: name }, `sink ${name}: no room in its spool, the oldest is dropped`);
  }

  #written(error: Error | null): void {
    const { name, spoolDir, onConcern, logger } = this.#options;
    if (error === null) {
      onConcern('spool', null);
      return;
    }
    const sentence = `What waits for sink ${name} cannot be saved in ${join(spoolDir, name)} and would be lost at a restart: ${error.message}. Make room there.`;
    onConcern('spool', sentence);
    logger.error({ code: 'NG_ERR_STATE_WRITE', err: error }, sentence);
  }
}

function filterOf({ minSeverity, matchers }: SinkSettings): Filter {
  const tests = matchers.map((text) => compileMatcher(parseMatcher(text)));
  return { minSeverity, matches: (alert) => tests.every((matches) => matches(alert)) };
}
