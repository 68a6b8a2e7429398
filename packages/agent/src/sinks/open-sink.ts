import type { SinkSettings } from '../config/sink-schema.ts';
import { AlertmanagerSink } from './alertmanager.ts';
import { FalcosidekickSink } from './falcosidekick.ts';
import { FileSink } from './file.ts';
import type { Origin } from './formats.ts';
import { KubernetesEventsSink } from './kubernetes-events.ts';
import { OtlpSink } from './otlp.ts';
import type { Sink, SinkSurroundings } from './sink.ts';
import { SyslogSink } from './syslog.ts';
import { WebhookSink } from './webhook.ts';

/** The sink of these settings. Nothing is connected to, read or written before its first notification. */
export function openSink(settings: SinkSettings, origin: Origin, surroundings: SinkSurroundings): Sink {
  switch (settings.type) {
    case 'alertmanager':
      return new AlertmanagerSink(settings, origin);
    case 'falcosidekick':
      return new FalcosidekickSink(settings, origin);
    case 'webhook':
      return new WebhookSink(settings, origin);
    case 'file':
      return new FileSink(settings, origin);
    case 'otlp':
      return new OtlpSink(settings, origin);
    case 'syslog':
      return new SyslogSink(settings, origin);
    case 'kubernetes-events':
      return new KubernetesEventsSink(settings, origin, surroundings);
  }
}
