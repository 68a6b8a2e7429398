/**
 * The one source of the configuration: types, defaults, limits, JSON Schema and docs/reference/configuration.md come from
 * here. Plain data, so that it crosses to the Worker thread as it is. Detector ids and parameters are checked against the
 * detectors themselves in `detector-settings.ts`.
 */
import { hostname } from 'node:os';
import { LOGIN_SERVICES, MAX_RAISE } from '@netguard/core';
import { z } from 'zod';
import { intel } from './intel-schema.ts';
import { programs } from './programs-schema.ts';
import { rules } from './rules-schema.ts';
import { cidr, dnsZone, integer, ipAddress, listenAddress, openAddress, path, time } from './schema-types.ts';
import { sinks } from './sink-schema.ts';

export const API_VERSION = 'netguard/v1';

const server = z.strictObject({
  listen: listenAddress
    .default('127.0.0.1:8410')
    .describe(
      'Address and port of the HTTP server; `agent` uses 127.0.0.1:9410 unless it is set. Not loopback needs `tokenFile`, `tlsCertFile` and `tlsKeyFile`.',
    ),
  tokenFile: path
    .optional()
    .describe('File holding the bearer token that clients must send; read again when it changes.'),
  adminTokenFile: path
    .optional()
    .describe(
      'File holding the bearer token for changes (silences, acknowledging and closing alerts, loading programs); it may read too. Without it, and without `tokenFile`, changes are taken from this machine only.',
    ),
  tlsCertFile: path.optional().describe('PEM certificate chain.'),
  tlsKeyFile: path.optional().describe('PEM private key.'),
  metricsPlain: z
    .boolean()
    .default(false)
    .describe('Serve `/metrics` without a token also when the address is not loopback.'),
  metricsReview: z
    .boolean()
    .default(false)
    .describe(
      'In a cluster: `/metrics` is also for bearers of its tokens that may get the nonResourceURL `/metrics` (TokenReview, SubjectAccessReview).',
    ),
});

const log = z.strictObject({
  level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Lowest level written.'),
  format: z
    .enum(['auto', 'json', 'pretty'])
    .default('auto')
    .describe('`auto` is pretty on a terminal, JSON lines elsewhere.'),
});

const ringBytes = integer(4096, 1_073_741_824).refine(
  (bytes) => (bytes & (bytes - 1)) === 0,
  'must be a power of two, at least one page (4096)',
);
const namespaceName = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be a namespace name');

const ebpf = z.strictObject({
  objectDir: path
    .optional()
    .describe('Directory of the compiled kernel programs; the ones that came with this version unless set.'),
  ringBytes: ringBytes.default(4_194_304).describe('Ring buffer between kernel and agent, a power of two.'),
  maxSockets: integer(64, 4_194_304).default(131_072).describe('Sockets that may be watched at once.'),
  maxLiveRecords: integer(64, 4_194_304)
    .default(131_072)
    .describe(
      'Live sockets read in one pass; what finds no room comes in the next. Of new ones an eighth, but at least 4096.',
    ),
  maxListeners: integer(16, 1_048_576).default(4096).describe('Listener groups (network namespace, address, port).'),
  maxConversations: integer(64, 4_194_304)
    .default(65_536)
    .describe(
      'UDP, ICMP and other conversations, three quarters over IPv4 and a quarter over IPv6; one cgroup has a third at most. More are counted in the totals only.',
    ),
  maxCgroups: integer(16, 1_048_576).default(8192).describe('cgroups with exact totals.'),
  maxProbes: integer(64, 4_194_304)
    .default(16_384)
    .describe(
      'Pairs of source and target whose packets found no socket, three quarters over IPv4 and a quarter over IPv6.',
    ),
  tickMs: integer(100, 60_000).default(1000).describe('How often live sockets and totals are read.'),
  seedSeconds: integer(0, 3600)
    .default(120)
    .describe('How long the temporary program looks for sockets that were open before the start.'),
  cgroupRoot: path.optional().describe('Mount point of the cgroup v2 hierarchy; found by itself unless set.'),
});

const hubble = z.strictObject({
  address: listenAddress
    .optional()
    .describe(
      'Hubble relay, `host:port`, such as `hubble-relay.kube-system.svc:443` (with TLS) or `:80` (without); needed where `sources.kind` is `hubble`.',
    ),
  tlsCaFile: path.optional().describe("PEM certificates that sign the relay's; those of the system unless set."),
  tlsCertFile: path.optional().describe('PEM certificate chain to show to the relay, where it wants one (mutual TLS).'),
  tlsKeyFile: path.optional().describe('Its PEM private key.'),
  tlsServerName: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .describe(
      "Name that the relay's certificate must have, such as `netguard.hubble-relay.cilium.io`; the host of `address` unless set.",
    ),
  insecure: z
    .boolean()
    .default(false)
    .describe('Speak without TLS: flows can be read and changed by whoever is on the way. Must be set to be meant.'),
});

const sources = z.strictObject({
  kind: z
    .enum(['ebpf', 'hubble'])
    .default('ebpf')
    .describe(
      '`ebpf`: programs in the kernel of this node. `hubble`: the flows of a Cilium cluster, from a Hubble relay; needs no privilege (docs/guide/cilium.md).',
    ),
  ebpf: ebpf.prefault({}),
  hubble: hubble.prefault({}),
});

const identity = z.strictObject({
  file: path.optional().describe('Static identities (docs/reference/identity.md); read again when it changes.'),
  subnets: z
    .array(
      z.strictObject({
        cidr: cidr.describe('Address range.'),
        label: z.string().min(1).max(63).describe('Shown as `subnetLabel`.'),
      }),
    )
    .max(10_000)
    .default([])
    .describe('Names for address ranges that are no pod, service or node. The longest prefix wins.'),
  clusterCidrs: z
    .array(cidr)
    .max(1000)
    .default([])
    .describe('Pod, service and node ranges: an unknown address in them is `private`, never `world`.'),
  apiServers: z
    .array(ipAddress)
    .max(100)
    .default([])
    .describe('Addresses of the API server besides the endpoints of `default/kubernetes`.'),
  metadata: z
    .array(ipAddress)
    .max(100)
    .default([])
    .describe('Addresses of cloud metadata services besides 169.254.169.254 and fd00:ec2::254.'),
  resolvers: z
    .array(ipAddress)
    .max(1000)
    .default([])
    .describe('DNS servers that pods are meant to ask, besides those of the cluster and 169.254.20.10.'),
  dnsZones: z
    .array(dnsZone)
    .max(1000)
    .default([])
    .describe(
      'DNS zones below which no name is judged: search domains besides those of `/etc/resolv.conf` and `cluster.local`, block lists and look-up services of your own.',
    ),
  sharedAddresses: z
    .array(z.union([ipAddress, cidr]))
    .max(1000)
    .default([])
    .describe('Addresses or ranges that many hosts share (load balancers, NAT gateways), besides those of nodes.'),
  loginPorts: z
    .array(
      z.strictObject({
        port: integer(1, 65_535).describe('TCP port.'),
        service: z.enum(LOGIN_SERVICES).describe('The service that answers there.'),
      }),
    )
    .max(100)
    .default([])
    .describe('Ports where logins are made, besides the well-known ones.'),
});

const kubernetes = z.strictObject({
  enabled: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe(
      'Names from the API server (docs/reference/identity.md). `auto`: in a pod with a service account, and where `kubeconfig` is set.',
    ),
  kubeconfig: path
    .optional()
    .describe("How to reach the API server from outside; the pod's service account unless set."),
  context: z.string().min(1).max(253).optional().describe('Context of the kubeconfig; its current one unless set.'),
  nodeName: z.string().min(1).max(253).optional().describe('What the API server calls this node; `node` unless set.'),
});

const policy = z.strictObject({
  files: z
    .array(path)
    .max(1000)
    .default([])
    .describe('NetworkPolicy and AccessPolicy files (docs/reference/policy.md); read again when they change.'),
  fromCluster: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe(
      "The cluster's own NetworkPolicies, live from the API server. `auto`: while detector policy-violation is not off. `always`: also without it, for `policy generate --diff`.",
    ),
});

const flows = z.strictObject({
  windowMs: integer(1000, 3_600_000)
    .default(10_000)
    .describe('Length of the window into which flows are folded as edges.'),
  recent: integer(100, 10_000_000).default(20_000).describe('Finished flows kept in memory for the API.'),
  maxEdges: integer(100, 1_000_000).default(20_000).describe('Edges held per window; more are counted, not kept.'),
});

const learning = z.strictObject({
  seconds: integer(10, 31_536_000)
    .default(86_400)
    .describe('How long a workload is watched before it counts as learned: 24 hours unless set.'),
  maxWorkloads: integer(10, 100_000)
    .default(1000)
    .describe('Workloads whose past is kept; the ones idle for longest give way.'),
});

const metrics = z.strictObject({
  listen: openAddress
    .optional()
    .describe(
      'Where `/metrics`, `/healthz` and `/readyz` are served besides, plain and without a token, for scrapers and probes; nothing else answers there. `:9411` is every address.',
    ),
  maxSeriesPerMetric: integer(10, 1_000_000)
    .default(2000)
    .describe('Series per metric; what comes later counts in `other`.'),
  seriesGraceSeconds: integer(0, 86_400).default(300).describe('How long the series of a pod outlive it.'),
});

const evidence = z.strictObject({
  keepSeconds: integer(60, 31_536_000).default(86_400).describe('How long samples are kept in mode `evidence`.'),
  maxBytes: integer(1_048_576, 1_099_511_627_776)
    .default(67_108_864)
    .describe('Room for them in `stateDir`; the oldest go first. A sample has 1.6 kB at the most.'),
});

const payload = z.strictObject({
  mode: z
    .enum(['off', 'metadata', 'evidence'])
    .default('metadata')
    .describe(
      'The first two packets each way of each conversation, and DNS messages. `off`: the kernel copies none. `metadata`: parsed, then dropped. `evidence`: samples are kept on the node for alerts.',
    ),
  samplesPerSecond: integer(1, 1_000_000)
    .default(5000)
    .describe('Packets sampled a second on this node; more are counted as `payload_rate`.'),
  burst: integer(1, 1_000_000)
    .default(2500)
    .describe('How many may come at once. One cgroup takes at most as much of it as it leaves for the others.'),
  excludePorts: z
    .array(integer(1, 65_535))
    .max(1000)
    .default([])
    .describe("Ports of services of which nothing is sampled; either end's where it is not known who is the client."),
  excludeNamespaces: z
    .array(namespaceName)
    .max(1000)
    .default([])
    .describe(
      'Namespaces of pods of which nothing is looked at, whoever they talk to. While there are any, samples of pods that have no name yet are dropped too.',
    ),
  dnsPorts: z
    .array(integer(1, 65_535))
    .max(100)
    .default([53, 5353])
    .describe('Ports where every message is sampled: over UDP all of them, over TCP the first 32 segments each way.'),
  ringBytes: ringBytes
    .default(2_097_152)
    .describe('Ring buffer for samples, a power of two. Samples that find it full are counted as `payload_ring`.'),
  evidence: evidence.prefault({}),
});

const mode = z.enum(['alert', 'observe', 'off']);
const parameters = z.record(z.string(), z.number());
const detector = z.strictObject({
  mode: mode.optional().describe("`observe` evaluates without alerting. The detector's own default unless set."),
  parameters: parameters.default({}).describe("The detector's parameters: docs/detectors/<id>.md."),
  namespaces: z
    .record(
      namespaceName,
      z.strictObject({
        mode: mode.optional().describe('The same, here; what is set above unless set.'),
        parameters: parameters.default({}).describe('The same, here, over those above.'),
        raise: z
          .number()
          .min(1)
          .max(MAX_RAISE)
          .optional()
          .describe(
            'Suppression: alert only at this many times the threshold. What is below is listed as observed. It never switches off.',
          ),
      }),
    )
    .default({})
    .describe('The same, for targets in one namespace.'),
});

const alerts = z.strictObject({
  resolveAfterMs: integer(1000, 86_400_000).default(60_000).describe('Quiet time after which an alert is resolved.'),
  maxOpenPerRule: integer(1, 10_000)
    .default(50)
    .describe('Open alerts of one rule before the rest fold into a summary.'),
});

const silence = z.strictObject({
  matchers: z
    .array(z.string().min(1).max(400))
    .max(20)
    .default([])
    .describe('Which alerts, such as `rule=port-scan` and `namespace=~"dev-.*"`; all must hold.'),
  startsAt: time.optional().describe('When it begins; at once unless set.'),
  endsAt: time.optional().describe('When it ends. There is no silence without an end.'),
  author: z.string().max(100).default('').describe('Who answers for it.'),
  comment: z.string().max(1000).default('').describe('Why.'),
});

export const configSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION).describe('Version of this file.'),
  cluster: z
    .string()
    .min(1)
    .max(253)
    .default('default')
    .describe('Name of the cluster in alerts; part of their fingerprint.'),
  node: z
    .string()
    .min(1)
    .max(253)
    .default(() => hostname())
    .describe('Name of this node; the host name unless set.'),
  stateDir: path.default('/var/lib/netguard').describe('Where open alerts and other state are kept over a restart.'),
  server: server.prefault({}),
  log: log.prefault({}),
  sources: sources.prefault({}),
  identity: identity.prefault({}),
  kubernetes: kubernetes.prefault({}),
  policy: policy.prefault({}),
  rules: rules.prefault({}),
  intel: intel.prefault({}),
  programs: programs.prefault({}),
  flows: flows.prefault({}),
  learning: learning.prefault({}),
  payload: payload.prefault({}),
  metrics: metrics.prefault({}),
  detectors: z.record(z.string(), detector).default({}).describe('By detector id.'),
  alerts: alerts.prefault({}),
  silences: z
    .array(silence)
    .max(500)
    .default([])
    .describe(
      'Alerts that nobody is to be notified of for a time; they are stored, streamed and counted all the same.',
    ),
  sinks,
});

type DeepReadonly<T> = T extends readonly (infer U)[]
  ? readonly DeepReadonly<U>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

export type Config = DeepReadonly<z.output<typeof configSchema>>;
export type DetectorMode = z.output<typeof mode>;
export type DetectorSettings = Config['detectors'][string];
export type SilenceSettings = Config['silences'][number];

/** The configuration of a process that was given none. */
export function defaultConfig(): Config {
  return configSchema.parse({ apiVersion: API_VERSION });
}
