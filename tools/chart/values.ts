/**
 * The one source of the chart's values: values.yaml, values.schema.json and the table of the chart's README are written from
 * here (tools/gen-chart.ts). `config` takes the agent's own schema, which is laid in where it stands.
 */
import { z } from 'zod';
import { IMAGE_NAME } from '../image/image-name.ts';

/** Part of a Kubernetes object, handed on as it is. */
const object = z.looseObject({});
const names = z.record(z.string(), z.string());

const image = z.strictObject({
  repository: z.string().min(1).default(IMAGE_NAME).describe('Where the image is pulled from.'),
  tag: z.string().default('').describe("Tag; the chart's appVersion unless set."),
  digest: z
    .string()
    .regex(/^(sha256:[0-9a-f]{64})?$/)
    .default('')
    .describe('`sha256:…`; stands over the tag.'),
  pullPolicy: z
    .enum(['Always', 'IfNotPresent', 'Never'])
    .default('IfNotPresent')
    .describe('`Never` where the image was imported into each node.'),
});

const metrics = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe(
      "Serve /metrics, /healthz and /readyz on the pod's address, plain and nothing else (`metrics.listen`). Off needs `api.expose`: the probes must be answered somewhere.",
    ),
  port: port(9411).describe('Port of it.'),
});

const api = z.strictObject({
  expose: z
    .boolean()
    .default(false)
    .describe(
      "Serve the API on the pod's address too, which needs TLS and a token. Off: on the pod's loopback, for kubectl exec and kubectl port-forward.",
    ),
  port: port(9410).describe('Port of it.'),
  reviewTokens: z
    .boolean()
    .default(false)
    .describe(
      "Where exposed, /metrics is also for service accounts that may get the nonResourceURL /metrics, such as Prometheus' own; the API server is asked.",
    ),
  address: z.string().min(1).default('0.0.0.0').describe('Address when exposed; `[::]` in an IPv6 cluster.'),
  tlsSecret: z
    .string()
    .default('')
    .describe('Secret of type kubernetes.io/tls (tls.crt, tls.key); renewals are picked up.'),
  tokenSecret: z.string().default('').describe('Secret whose key `token` is the bearer token for reading.'),
  adminTokenSecret: z
    .string()
    .default('')
    .describe('Secret whose key `token` is the bearer token for changes (silences, acknowledging).'),
});

const hubble = z.strictObject({
  tlsSecret: z
    .string()
    .default('')
    .describe(
      "Secret whose key `ca.crt` signs the relay's certificate, in the namespace of the release; renewals are picked up.",
    ),
  clientCertificate: z
    .boolean()
    .default(false)
    .describe(
      'Show `tls.crt` and `tls.key` of that Secret to the relay, where it wants to know who asks (mutual TLS).',
    ),
});

const state = z.strictObject({
  type: z
    .enum(['hostPath', 'emptyDir'])
    .default('hostPath')
    .describe(
      'Where open alerts and what was learned outlive a restart. `emptyDir` forgets them with the pod: at each upgrade learning begins anew.',
    ),
  hostPath: z
    .string()
    .regex(/^\/./)
    .default('/var/lib/netguard')
    .describe('Directory of the node; made when it is missing.'),
  sizeLimit: z.string().default('256Mi').describe('Limit of the emptyDir.'),
});

const seccompProfile = z.strictObject({
  type: z
    .enum(['RuntimeDefault', 'Localhost', 'Unconfined'])
    .default('RuntimeDefault')
    .describe(
      "The runtime's own profile lets bpf(2) pass to holders of CAP_BPF in containerd since 1.7, Docker since 23.0 and new containers-common (CRI-O); older ones want CAP_SYS_ADMIN for it and refuse. Then use Localhost, or Unconfined. See docs/guide/permissions.md.",
    ),
  localhostProfile: z.string().default('').describe("Path below the kubelet's seccomp directory, for Localhost."),
});

const serviceAccount = z.strictObject({
  create: z.boolean().default(true).describe('Make a ServiceAccount.'),
  name: z.string().default('').describe('Its name; that of the release unless set.'),
  annotations: names.default({}).describe('Its annotations.'),
  automountToken: z
    .boolean()
    .default(true)
    .describe('Mount its token: without one the agent knows no pods, and names what it sees by container and process.'),
});

const rbac = z.strictObject({
  create: z
    .boolean()
    .default(true)
    .describe(
      'Make the ClusterRole: list and watch what names traffic, and what else `config` asks for (policies while their detector is on; Events while `podEvents` or a sink of type kubernetes-events is on), nothing more.',
    ),
});

const networkPolicy = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe(
      "Let nothing reach the agent but its ports. Takes a CNI that enforces policies; the kubelet's probes pass.",
    ),
  from: z
    .array(object)
    .default([])
    .describe('NetworkPolicyPeers that may reach the ports; everybody unless set. Name your Prometheus here.'),
  egress: z
    .array(object)
    .nullable()
    .default(null)
    .describe(
      'NetworkPolicyEgressRules; null leaves egress alone, as no rule can name the API server in every cluster. The agent needs the API server and DNS.',
    ),
});

const monitoring = z.strictObject({
  kind: z
    .enum(['none', 'PodMonitor', 'ServiceMonitor'])
    .default('none')
    .describe('How the Prometheus Operator finds the agents. A ServiceMonitor brings a headless Service.'),
  labels: names.default({}).describe("Labels that the Operator's selector wants, such as {release: prometheus}."),
  interval: z.string().default('30s').describe('Between scrapes.'),
  scrapeTimeout: z.string().default('').describe("Prometheus's own unless set."),
  relabelings: z.array(object).default([]).describe('More relabelings, after ours.'),
  metricRelabelings: z.array(object).default([]).describe('Relabelings of what was scraped.'),
  tlsConfig: object
    .default({})
    .describe('For scraping the API by TLS (`metrics.enabled` false); key ca.crt of `api.tlsSecret` unless set.'),
});

const prometheusRule = z.strictObject({
  enabled: z.boolean().default(false).describe('Make a PrometheusRule of each file in rules/.'),
  labels: names.default({}).describe("Labels that the Operator's selector wants."),
});

const dashboards = z.strictObject({
  enabled: z.boolean().default(false).describe("Make a ConfigMap of each dashboard, for Grafana's sidecar."),
  label: z.string().min(1).default('grafana_dashboard').describe('Label that the sidecar looks for.'),
  labelValue: z.string().default('1').describe('Its value.'),
  annotations: names.default({}).describe('Annotations, such as {grafana_folder: Network}.'),
});

const updateStrategy = z.strictObject({
  type: z.enum(['RollingUpdate', 'OnDelete']).default('RollingUpdate').describe('How pods are replaced.'),
  maxUnavailable: z
    .union([z.int().min(1), z.string().regex(/^(100|[1-9]?[0-9])%$/)])
    .default('10%')
    .describe('Nodes that are not watched at once during an upgrade.'),
});

function port(number: number) {
  return z.int().min(1).max(65_535).default(number);
}

function probe(periodSeconds: number, timeoutSeconds: number, failureThreshold: number, what: string) {
  return z
    .strictObject({
      periodSeconds: z.int().min(1).default(periodSeconds).describe('Between probes.'),
      timeoutSeconds: z.int().min(1).default(timeoutSeconds).describe('For one answer.'),
      failureThreshold: z.int().min(1).default(failureThreshold).describe(what),
    })
    .prefault({});
}

export const valuesSchema = z.strictObject({
  nameOverride: z.string().max(63).default('').describe('In place of the name of the chart.'),
  fullnameOverride: z.string().max(63).default('').describe('In place of release and chart name, for all objects.'),
  image: image.prefault({}),
  imagePullSecrets: z
    .array(z.strictObject({ name: z.string().min(1) }))
    .default([])
    .describe('For a private registry.'),
  config: object
    .default({})
    .describe(
      'The configuration of the agent, as in its file (docs/reference/configuration.md) without `apiVersion`. Thresholds, modes by namespace and silences reload within a minute or two; what takes a restart rolls the pods. The chart sets `server`, `metrics.listen`, `node` and `stateDir` itself.',
    ),
  metrics: metrics.prefault({}),
  api: api.prefault({}),
  podEvents: z
    .boolean()
    .default(true)
    .describe(
      'Show alerts as Events of the pods they are about (`kubectl describe pod`), from severity medium on, a few a pod and hour: a sink `kubernetes-events`, unless `config.sinks` has one of that type, and the right to create Events.',
    ),
  hubble: hubble.prefault({}),
  hostPID: z
    .boolean()
    .default(true)
    .describe(
      "See the node's processes. Connections that were open before the agent started are then found at once, with the process that owns them; without it only when they next send, and without a process.",
    ),
  bpffs: z
    .boolean()
    .default(true)
    .describe('Mount /sys/fs/bpf, read-only. Nothing is pinned; without it nothing is lost today.'),
  state: state.prefault({}),
  seccompProfile: seccompProfile.prefault({}),
  appArmorProfile: object
    .default({})
    .describe('appArmorProfile of the container (Kubernetes 1.30), where the default profile denies bpf.'),
  seLinuxOptions: object
    .default({})
    .describe('seLinuxOptions of the container; {type: spc_t} where SELinux is enforcing (OpenShift, Bottlerocket).'),
  serviceAccount: serviceAccount.prefault({}),
  rbac: rbac.prefault({}),
  networkPolicy: networkPolicy.prefault({}),
  monitoring: monitoring.prefault({}),
  prometheusRule: prometheusRule.prefault({}),
  dashboards: dashboards.prefault({}),
  resources: object
    .default({})
    .describe(
      'In place of the computed ones: memory follows the sizes in `config` (README), 50m CPU is requested and CPU is not limited, since a throttled agent loses events.',
    ),
  updateStrategy: updateStrategy.prefault({}),
  priorityClassName: z
    .string()
    .default('system-node-critical')
    .describe('A full node must not go unwatched. Some clusters allow it in kube-system only, or by a ResourceQuota.'),
  terminationGracePeriodSeconds: z
    .int()
    .min(10)
    .default(15)
    .describe('The agent saves its state and ends within ten seconds.'),
  nodeSelector: names.default({ 'kubernetes.io/os': 'linux' }).describe('Nodes to watch.'),
  tolerations: z
    .array(object)
    .default([{ operator: 'Exists' }])
    .describe('All of them: an attacker does not keep to untainted nodes.'),
  affinity: object.default({}).describe('Affinity of the pods.'),
  liveness: probe(20, 5, 3, 'Failures before a restart. /healthz fails when the kernel side was silent for a minute.'),
  readiness: probe(5, 3, 3, 'Failures before the pod is unready. /readyz fails until programs are attached.'),
  podLabels: names.default({}).describe('More labels of the pods.'),
  podAnnotations: names.default({}).describe('More annotations of the pods.'),
  extraEnv: z
    .array(object)
    .default([])
    .describe('More environment, such as NETGUARD_LOG__LEVEL, which stands over `config`.'),
  extraVolumes: z.array(object).default([]).describe('More volumes, such as files for `config.policy.files`.'),
  extraVolumeMounts: z.array(object).default([]).describe('Where they are mounted.'),
  enabled: z.boolean().optional().describe('Not read: the condition of a parent chart may stand here.'),
  global: object.optional().describe('Not read: what a parent chart shares with all its parts.'),
});
