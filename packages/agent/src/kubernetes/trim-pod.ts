/** A pod as the API server has it (some 5 to 50 KB of JSON) → what names need of it (some hundred bytes). */
import type { ContainerIdentity, PodIdentity, PodPhase, PortIdentity } from '../identify/identity-file.ts';
import { canonicalAddresses } from './canonical-addresses.ts';
import { labelsOf } from './labels.ts';
import { controllerOf, type OwnerReference } from './pod-owners.ts';
import { portIdentity } from './port-identities.ts';
import { instant, objectName, portNumber, type RawObject, record, records, text } from './raw-object.ts';

const PHASES: ReadonlySet<unknown> = new Set(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']);
const CONFIG_HASH = 'kubernetes.io/config.hash';
const MIRROR = 'kubernetes.io/config.mirror';
/* As in the identity file's schema. */
const MAX_ADDRESSES = 16;
const MAX_CONTAINERS = 128;
const MAX_PORTS = 256;
const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;
const HANDLERS = ['httpGet', 'tcpSocket', 'grpc'] as const;

export interface TrimmedPod {
  /** `metadata.uid`, also where the pod's cgroup is called otherwise. */
  readonly key: string;
  /** Without `workload`. */
  readonly pod: PodIdentity;
  readonly owner: OwnerReference | undefined;
}

/** Undefined: it has no name, namespace or UID that can be used. */
export function trimPod(object: RawObject): TrimmedPod | undefined {
  const [metadata, spec, status] = [record(object.metadata), record(object.spec), record(object.status)];
  const key = podKey(object);
  const [namespace, name] = [objectName(metadata.namespace), objectName(metadata.name)];
  if (key === undefined || namespace === undefined || name === undefined) return undefined;
  const node = objectName(spec.nodeName);
  const stem = stemOf(metadata, name, node);
  const serviceAccount = objectName(spec.serviceAccountName);
  const startedAt = startOf(status);
  const endsAt = endOf(metadata, status);
  const pod: PodIdentity = {
    uid: cgroupUid(metadata, key),
    namespace,
    name,
    ...(stem === undefined ? undefined : { generateName: stem }),
    ...(serviceAccount === undefined ? undefined : { serviceAccount }),
    labels: labelsOf(metadata.labels),
    ips: addressesOf(status),
    ...(node === undefined ? undefined : { node }),
    containers: containersOf(spec, status),
    hostNetwork: spec.hostNetwork === true,
    phase: phaseOf(status),
    ready: endsAt === undefined && condition(status, 'Ready') !== undefined,
    ...(startedAt === undefined ? undefined : { startedAt }),
    ...(endsAt === undefined ? undefined : { endsAt }),
  };
  return { key, pod, owner: realController(metadata) };
}

export function podKey(object: RawObject): string | undefined {
  return text(record(object.metadata).uid, 64)?.toLowerCase();
}

/** The kubelet names the cgroup of a static pod by the hash of its file, and the API server's copy by another UID. */
function cgroupUid(metadata: RawObject, uid: string): string {
  const annotations = record(metadata.annotations);
  if (annotations[MIRROR] === undefined) return uid;
  return text(annotations[CONFIG_HASH], 64)?.toLowerCase() ?? uid;
}

/** Static pods are controlled by their node, which is no workload. */
function realController(metadata: RawObject): OwnerReference | undefined {
  const controller = controllerOf(metadata);
  return controller?.kind === 'Node' ? undefined : controller;
}

/** What the names of its like begin with; a static pod's ends with its node. */
function stemOf(metadata: RawObject, name: string, node: string | undefined): string | undefined {
  if (realController(metadata) !== undefined) return undefined;
  const isStatic = record(metadata.annotations)[MIRROR] !== undefined;
  if (isStatic && node !== undefined && name.endsWith(`-${node}`)) return name.slice(0, -node.length);
  return objectName(metadata.generateName);
}

function addressesOf(status: RawObject): string[] {
  const listed = records(status.podIPs, MAX_ADDRESSES).map(({ ip }) => ip);
  return canonicalAddresses(listed.length > 0 ? listed : [status.podIP], MAX_ADDRESSES);
}

function phaseOf(status: RawObject): PodPhase {
  return PHASES.has(status.phase) ? (status.phase as PodPhase) : 'Unknown';
}

/** When it got its network; before Kubernetes 1.29 it is only known when the kubelet took it. */
function startOf(status: RawObject): string | undefined {
  return instant(condition(status, 'PodReadyToStartContainers')?.lastTransitionTime) ?? instant(status.startTime);
}

/** Of a terminating pod: when its last container ended, else when its time to end is up. */
function endOf(metadata: RawObject, status: RawObject): string | undefined {
  const deadline = instant(metadata.deletionTimestamp);
  if (deadline === undefined) return undefined;
  const ends = records(status.containerStatuses, MAX_CONTAINERS).map((one) => {
    return instant(record(record(one.state).terminated).finishedAt);
  });
  const [last = deadline] = ends.toSorted().reverse();
  return ends.includes(undefined) || last > deadline ? deadline : last;
}

function condition(status: RawObject, type: string): RawObject | undefined {
  return records(status.conditions, 64).find((one) => one.type === type && one.status === 'True');
}

function containersOf(spec: RawObject, status: RawObject): ContainerIdentity[] {
  const ids = containerIds(status);
  const containers: ContainerIdentity[] = [];
  for (const list of ['containers', 'initContainers', 'ephemeralContainers'] as const) {
    for (const one of records(spec[list], MAX_CONTAINERS)) {
      const name = objectName(one.name);
      if (name === undefined || containers.length >= MAX_CONTAINERS) continue;
      const id = ids.get(name);
      /* Of init containers only those that stay have ports; the others matter while they run. */
      const stays = list === 'containers' || (list === 'initContainers' && one.restartPolicy === 'Always');
      if (!stays && id === undefined) continue;
      containers.push({ ...(id === undefined ? undefined : { id }), name, ...(stays ? portsOf(one) : undefined) });
    }
  }
  return containers;
}

/** Name → 64 hex digits, for what the runtime has started. */
function containerIds(status: RawObject): Map<string, string> {
  const ids = new Map<string, string>();
  for (const list of ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const) {
    for (const { name, containerID } of records(status[list], MAX_CONTAINERS)) {
      const id = /^[a-z][a-z0-9+.-]*:\/\/([0-9a-f]{64})$/.exec(text(containerID, 128) ?? '')?.[1];
      if (id !== undefined && typeof name === 'string') ids.set(name, id);
    }
  }
  return ids;
}

function portsOf(container: RawObject): Pick<ContainerIdentity, 'ports' | 'probes'> {
  const ports = records(container.ports, MAX_PORTS).flatMap((port) => portIdentity(port.containerPort, port) ?? []);
  const probes = new Set(PROBES.flatMap((kind) => probePort(record(container[kind]), ports) ?? []));
  return {
    ...(ports.length === 0 ? undefined : { ports }),
    ...(probes.size === 0 ? undefined : { probes: [...probes] }),
  };
}

function probePort(probe: RawObject, ports: readonly PortIdentity[]): number | undefined {
  for (const handler of HANDLERS) {
    const { port } = record(probe[handler]);
    const number = portNumber(port) ?? ports.find(({ name }) => name !== undefined && name === port)?.port;
    if (number !== undefined) return number;
  }
  return undefined;
}
