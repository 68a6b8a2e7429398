import type { SinkOf } from '../config/sink-schema.ts';
import { falcoEvent } from './format-falco.ts';
import type { Origin } from './formats.ts';
import { postJson } from './http-post.ts';
import type { Notification } from './notification.ts';
import { asciiJson } from './plain-text.ts';
import type { Sink } from './sink.ts';

/** falcosidekick, which passes events on to chats, pagers, queues and stores: one POST an event. */
export class FalcosidekickSink implements Sink {
  readonly maxBatch = 1;
  readonly #settings: SinkOf<'falcosidekick'>;
  readonly #origin: Origin;

  constructor(settings: SinkOf<'falcosidekick'>, origin: Origin) {
    this.#settings = settings;
    this.#origin = origin;
  }

  async send(batch: readonly Notification[], signal: AbortSignal): Promise<undefined> {
    const { version } = this.#origin;
    for (const notification of batch) {
      const body = asciiJson(falcoEvent(notification, this.#origin));
      await postJson({ url: new URL(this.#settings.url), body, access: this.#settings, version, signal });
    }
  }
}
