import type { SinkOf } from '../config/sink-schema.ts';
import type { Origin } from './formats.ts';
import { postJson } from './http-post.ts';
import type { Notification } from './notification.ts';
import { otlpLogs } from './otlp-logs.ts';
import { asciiJson, oneLine } from './plain-text.ts';
import { DeliveryError, type Sink } from './sink.ts';

/** An OpenTelemetry collector: logs over OTLP/HTTP in JSON. */
export class OtlpSink implements Sink {
  readonly maxBatch = 100;
  readonly #settings: SinkOf<'otlp'>;
  readonly #origin: Origin;
  readonly #url: URL;

  constructor(settings: SinkOf<'otlp'>, origin: Origin) {
    this.#settings = settings;
    this.#origin = origin;
    this.#url = logsUrl(settings.url);
  }

  async send(batch: readonly Notification[], signal: AbortSignal): Promise<undefined> {
    const body = asciiJson(otlpLogs(batch, this.#origin, Date.now()));
    const { version } = this.#origin;
    const answer = await postJson({ url: this.#url, body, access: this.#settings, version, signal });
    const refused = refusal(answer);
    if (refused === undefined) return;
    throw new DeliveryError('NG_ERR_SINK_REFUSED', `sending to ${this.#url.origin}`, { cause: refused, final: true });
  }
}

/** `/v1/logs` below the URL, unless it says so itself: as OTEL_EXPORTER_OTLP_ENDPOINT is read. */
function logsUrl(text: string): URL {
  const url = new URL(text);
  if (!url.pathname.endsWith('/v1/logs')) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/logs`;
  return url;
}

/** A collector answers 200 also when it left records out; those are not to be sent again. */
function refusal(answer: string): string | undefined {
  let parsed: { partialSuccess?: { rejectedLogRecords?: string | number; errorMessage?: string } } | null;
  try {
    parsed = JSON.parse(answer);
  } catch {
    return undefined;
  }
  const { rejectedLogRecords = 0, errorMessage = '' } = parsed?.partialSuccess ?? {};
  if (!(Number(rejectedLogRecords) > 0)) return undefined;
  return `it left out ${Number(rejectedLogRecords)} records: ${oneLine(String(errorMessage), 200)}`;
}
