/** The section `sinks:`: where alerts go. A map of name to settings, which differ by `type`. */
import { z } from 'zod';
import { integer, listenAddress, path, sinkUrl } from './schema-types.ts';

const matchers = z
  .array(z.string().min(1).max(400))
  .max(20)
  .default([])
  .describe('Which alerts, such as `namespace=shop` and `rule!=new-edge`, as in silences; all must hold.');

const common = {
  minSeverity: z.enum(['low', 'medium', 'high', 'critical']).default('low').describe('Mildest alert that is sent.'),
  matchers,
  spoolBytes: integer(65_536, 1_073_741_824)
    .default(16_777_216)
    .describe(
      'Room on disk for what waits, in `stateDir/spool/<name>`; when it is full the oldest is dropped and counted.',
    ),
  timeoutMs: integer(100, 60_000).default(10_000).describe('How long one attempt may take.'),
};

const notify = z
  .array(z.enum(['opened', 'updated', 'resolved']))
  .min(1)
  .max(3)
  .default(['opened', 'updated', 'resolved'])
  .describe('What is sent of an alert: `opened`, `updated`, `resolved`.');

const reach = {
  tlsCaFile: path.optional().describe("PEM certificates that sign the receiver's; those of the system unless set."),
  tlsCertFile: path.optional().describe('PEM certificate chain to show to the receiver.'),
  tlsKeyFile: path.optional().describe('Its PEM private key.'),
  allowLinkLocal: z
    .boolean()
    .default(false)
    .describe('Allow connections to link-local, cloud metadata and unspecified addresses.'),
};

const http = {
  bearerTokenFile: path.optional().describe('File holding a token, sent as `Authorization: Bearer`.'),
  basicAuthFile: path.optional().describe('File holding `user:password`.'),
  ...reach,
};

const format = z
  .enum(['netguard', 'eve', 'ocsf'])
  .default('netguard')
  .describe('`netguard`, Suricata EVE, or OCSF Detection Finding.');

const alertmanager = z.strictObject({
  type: z.literal('alertmanager').describe('Kind of sink.'),
  urls: z
    .array(sinkUrl)
    .min(1)
    .max(10)
    .describe('All instances, such as `http://alertmanager-0:9093`; each gets every alert.'),
  ...common,
  ...http,
});

const falcosidekick = z.strictObject({
  type: z.literal('falcosidekick').describe('Kind of sink.'),
  url: sinkUrl.describe('Where it listens: `http://falcosidekick:2801`.'),
  notify,
  ...common,
  ...http,
});

const webhook = z.strictObject({
  type: z.literal('webhook').describe('Kind of sink.'),
  url: sinkUrl.optional().describe('Where to POST to. This or `urlFile`.'),
  urlFile: path.optional().describe('File holding the URL, where it is a secret itself.'),
  secretFile: path
    .optional()
    .describe('File holding the secret that requests are signed with; one a line while it is changed.'),
  format,
  notify,
  ...common,
  ...http,
});

const file = z.strictObject({
  type: z.literal('file').describe('Kind of sink.'),
  path: path.describe('File that lines of JSON are appended to.'),
  format,
  maxBytes: integer(4096, 1_099_511_627_776).default(10_485_760).describe('Size at which it is moved to `<path>.1`.'),
  maxFiles: integer(0, 1000).default(5).describe('Old files kept beside it.'),
  fsync: z
    .enum(['each', 'never'])
    .default('each')
    .describe('`each`: what counts as sent is on the disk itself. `never`: the system writes it when it likes.'),
  notify,
  ...common,
});

const otlp = z.strictObject({
  type: z.literal('otlp').describe('Kind of sink.'),
  url: sinkUrl.describe('Collector, such as `http://otel-collector:4318`; `/v1/logs` is added.'),
  notify,
  ...common,
  ...http,
});

const syslog = z.strictObject({
  type: z.literal('syslog').describe('Kind of sink.'),
  address: listenAddress.describe('Receiver, `host:port`: usually 514 (udp), 601 (tcp) or 6514 (tls).'),
  transport: z
    .enum(['udp', 'tcp', 'tls'])
    .default('udp')
    .describe('How messages travel. Only tcp and tls show that they arrived.'),
  facility: z
    .enum([
      'user',
      'daemon',
      'auth',
      'authpriv',
      'local0',
      'local1',
      'local2',
      'local3',
      'local4',
      'local5',
      'local6',
      'local7',
    ])
    .default('local0')
    .describe('Facility of the messages.'),
  format,
  notify,
  ...common,
  ...reach,
});

const kubernetesEvents = z.strictObject({
  type: z.literal('kubernetes-events').describe('Kind of sink.'),
  perPodPerHour: integer(1, 1000)
    .default(10)
    .describe('Events about one pod within an hour; more are left out and counted.'),
  perMinute: integer(1, 1000)
    .default(30)
    .describe('Events within a minute, about all pods; more are left out and counted.'),
  notify,
  ...common,
});

/** A name becomes a directory and the value of a metric's label. */
const sinkName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be a name of small letters, digits and dashes');

const sink = z.discriminatedUnion(
  'type',
  [alertmanager, falcosidekick, webhook, file, otlp, syslog, kubernetesEvents],
  {
    error: 'must be a kind of sink: alertmanager, falcosidekick, webhook, file, otlp, syslog or kubernetes-events',
  },
);

export const sinks = z
  .record(sinkName, sink)
  .default({})
  .describe('Where alerts are sent, by a name of your choice. Nothing is sent anywhere unless it is set here.');

type DeepReadonly<T> = T extends readonly (infer U)[]
  ? readonly DeepReadonly<U>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

export type SinkSettings = DeepReadonly<z.output<typeof sink>>;
export type SinkOf<T extends SinkSettings['type']> = Extract<SinkSettings, { type: T }>;
