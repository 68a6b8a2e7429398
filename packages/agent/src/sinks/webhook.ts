import { sinkUrlProblem } from '../config/schema-types.ts';
import type { SinkOf } from '../config/sink-schema.ts';
import { formatted, type Origin } from './formats.ts';
import { postJson } from './http-post.ts';
import type { Notification } from './notification.ts';
import { readSecret, readSecretLines, secretError } from './secret-file.ts';
import type { Sink } from './sink.ts';
import { SIGNATURE_HEADER, signature } from './webhook-signature.ts';

/** Any HTTP endpoint: one POST a notification, signed when there is a secret. */
export class WebhookSink implements Sink {
  readonly maxBatch = 1;
  readonly #settings: SinkOf<'webhook'>;
  readonly #origin: Origin;

  constructor(settings: SinkOf<'webhook'>, origin: Origin) {
    this.#settings = settings;
    this.#origin = origin;
  }

  async send(batch: readonly Notification[], signal: AbortSignal): Promise<undefined> {
    const { format, secretFile } = this.#settings;
    for (const notification of batch) {
      const body = formatted(notification, format, this.#origin);
      const secrets = secretFile === undefined ? [] : readSecretLines(secretFile);
      const headers = {
        'x-netguard-notification': notification.id,
        ...(secrets.length === 0 ? {} : { [SIGNATURE_HEADER]: signature(body, secrets, Date.now()) }),
      };
      const { version } = this.#origin;
      await postJson({ url: this.#url(), body, headers, access: this.#settings, version, signal });
    }
  }

  #url(): URL {
    const { url, urlFile } = this.#settings;
    if (urlFile === undefined) return new URL(url ?? '');
    const text = readSecret(urlFile);
    const problem = sinkUrlProblem(text);
    if (problem !== undefined) throw secretError(urlFile, `what it holds ${problem}`);
    return new URL(text);
  }
}
