import { type Alert, NetGuardError, type NetGuardErrorCode, type NetGuardErrorOptions } from '@netguard/core';
import type { ApiAccess } from '../kubernetes/api-access.ts';
import type { Notification } from './notification.ts';

/**
 * One way out. It is given notifications in their order, one batch at a time, and need not remember any: what it does not
 * take stays in the spool and comes again.
 */
export interface Sink {
  /** Notifications that one `send` takes at most. */
  readonly maxBatch: number;
  /**
   * Resolves when all of the batch were taken, with an error when something is wrong nevertheless (one of several receivers
   * is down). Throws when none was taken: a DeliveryError that is `final` is not tried again, anything else is.
   */
  send(batch: readonly Notification[], signal: AbortSignal): Promise<Error | undefined>;
  /** Says again what is open, for receivers that forget it otherwise. Called each minute; the same results as `send`. */
  resend?(alerts: readonly Alert[], signal: AbortSignal): Promise<Error | undefined>;
}

/** What a sink may use beside its settings. */
export interface SinkSurroundings {
  /** How the API server is reached; undefined where it is not followed. */
  readonly apiServer: () => ApiAccess | undefined;
  /** So much was left out by the sink's own rules, which is no failure. */
  readonly onLeftOut: (count: number) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface DeliveryErrorOptions extends NetGuardErrorOptions {
  /** It will never be taken: not tried again. */
  readonly final?: boolean;
  /** The receiver asked to be left alone for this long. */
  readonly retryAfterMs?: number | undefined;
}

/** Why a notification was not delivered. */
export class DeliveryError extends NetGuardError {
  readonly final: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: NetGuardErrorCode, phrase: string, options: DeliveryErrorOptions = {}) {
    super(code, phrase, options);
    this.name = 'DeliveryError';
    this.final = options.final ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}
