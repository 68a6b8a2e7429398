import type { Alert } from '@netguard/core';
import type { SinkOf } from '../config/sink-schema.ts';
import { ended, firing, isSameAlert, type PostableAlert } from './alertmanager-alert.ts';
import type { Origin } from './formats.ts';
import { postJson } from './http-post.ts';
import type { Notification } from './notification.ts';
import { DeliveryError, type Sink } from './sink.ts';

/** Alerts in one request: far below Alertmanager's own limit of a body. */
const MOST_IN_A_POST = 200;

/**
 * Prometheus Alertmanager, API v2. Several that belong together are told alike, as they do not tell each other of alerts. What
 * one of them has taken counts as sent: another that was down then hears of all that is open within a minute, and what
 * ended meanwhile ends there by itself.
 */
export class AlertmanagerSink implements Sink {
  readonly maxBatch = 100;
  readonly #settings: SinkOf<'alertmanager'>;
  readonly #origin: Origin;
  readonly #urls: readonly URL[];

  constructor(settings: SinkOf<'alertmanager'>, origin: Origin) {
    this.#settings = settings;
    this.#origin = origin;
    this.#urls = settings.urls.map((url) => new URL('api/v2/alerts', url.endsWith('/') ? url : `${url}/`));
  }

  send(batch: readonly Notification[], signal: AbortSignal): Promise<Error | undefined> {
    const nowMs = Date.now();
    const alerts = batch.flatMap((notification) => [...endings(notification, nowMs), ...current(notification, nowMs)]);
    return this.#postToAll(alerts, signal);
  }

  async resend(alerts: readonly Alert[], signal: AbortSignal): Promise<Error | undefined> {
    let trouble: Error | undefined;
    for (let at = 0; at < alerts.length; at += MOST_IN_A_POST) {
      const nowMs = Date.now();
      const some = alerts.slice(at, at + MOST_IN_A_POST).map((alert) => firing(alert, nowMs));
      trouble = (await this.#postToAll(some, signal)) ?? trouble;
    }
    return trouble;
  }

  /** Throws when none has taken them; the error of one that has not, when others have. */
  async #postToAll(alerts: readonly PostableAlert[], signal: AbortSignal): Promise<Error | undefined> {
    const body = JSON.stringify(alerts);
    const { version } = this.#origin;
    const posts = this.#urls.map((url) => postJson({ url, body, access: this.#settings, version, signal }));
    const results = await Promise.allSettled(posts);
    const errors = results
      .filter(({ status }) => status === 'rejected')
      .map((result) => (result as PromiseRejectedResult).reason as Error);
    if (errors.length < results.length) return errors[0];
    // Only what all refuse is not tried again.
    throw errors.find((error) => !(error instanceof DeliveryError && error.final)) ?? errors[0];
  }
}

/** The alert whose labels the severity has changed ends: to Alertmanager the graver one is another. */
function endings({ severityBefore, alert }: Notification, nowMs: number): PostableAlert[] {
  const isAnother = severityBefore !== undefined && !isSameAlert(severityBefore, alert.severity);
  return isAnother ? [ended(alert, severityBefore, nowMs)] : [];
}

function current({ kind, alert }: Notification, nowMs: number): PostableAlert[] {
  return [kind === 'resolved' ? ended(alert, alert.severity, nowMs) : firing(alert, nowMs)];
}
