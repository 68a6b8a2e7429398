import { type Endpoint, workloadKey } from '../../endpoint.ts';
import { historyKey } from '../../learn/workload-kind.ts';
import type { LabelSelector, Labels } from '../label-selector.ts';
import type { PodFacts } from '../subject.ts';
import { stableSelector } from './stable-selector.ts';

/** The pods that one selector means: a workload, or several whose labels are the same. */
export interface PodUnit {
  /** `shop/Deployment/web`; of several the first, by name. */
  readonly id: string;
  readonly namespace: string;
  /** By `historyKey`, sorted. */
  readonly workloads: readonly string[];
  readonly pods: readonly PodFacts[];
  /** Selects these pods and no other pod of the namespace. */
  readonly selector: LabelSelector;
  /** Policies do not hold for its pods. */
  readonly isHostNetwork: boolean;
}

interface Group {
  readonly workloads: readonly string[];
  readonly pods: readonly PodFacts[];
}

export function podEndpointOf({ name, namespace, ips, workload }: PodFacts): Endpoint {
  return {
    ip: ips[0] ?? '',
    kind: 'pod',
    namespace: namespace.name,
    pod: name,
    ...(workload === undefined ? undefined : { workload }),
  };
}

/** Every pod in exactly one unit, in order of id. */
export function podUnits(pods: readonly PodFacts[]): PodUnit[] {
  const namespaces = Map.groupBy(pods, ({ namespace }) => namespace.name);
  return [...namespaces.values()].flatMap(unitsOfNamespace).sort((a, b) => (a.id < b.id ? -1 : 1));
}

function unitsOfNamespace(pods: readonly PodFacts[]): PodUnit[] {
  const groups = new Set<Group>();
  const groupOf = new Map<Labels, Group>();
  const put = (group: Group): void => {
    groups.add(group);
    for (const { labels } of group.pods) groupOf.set(labels, group);
  };
  /* A labels object of its own for each pod tells whose it is. */
  const owned = pods.map((pod) => ({ ...pod, labels: { ...pod.labels } }));
  const byWorkload = Map.groupBy(owned, (pod) => historyKey(workloadKey(podEndpointOf(pod))));
  for (const [workload, members] of byWorkload) put({ workloads: [workload], pods: members });
  const passing = new Set(pods.flatMap(passingValues));
  const units: PodUnit[] = [];
  const waiting = [...groups];
  for (let group = waiting.pop(); group !== undefined; group = waiting.pop()) {
    if (!groups.has(group)) continue;
    const { workloads, pods: members } = group;
    const own = new Set(members);
    const others = owned.filter((pod) => !own.has(pod)).map(({ labels }) => labels);
    const { selector, alike } = stableSelector(
      members.map(({ labels }) => labels),
      others,
      (value) => passing.has(value),
    );
    if (selector !== undefined) {
      units.push(unitOf(group, selector));
      continue;
    }
    const twin = groupOf.get(alike) as Group;
    const merged = { workloads: [...workloads, ...twin.workloads].sort(), pods: [...members, ...twin.pods] };
    groups.delete(group);
    groups.delete(twin);
    put(merged);
    waiting.push(merged);
    const done = units.findIndex(({ id }) => id === twin.workloads[0]);
    if (done >= 0) units.splice(done, 1);
  }
  return units;
}

/** Labels may carry the name of the pod, or of the one run of a CronJob: no selector can be made of those. */
function passingValues(pod: PodFacts): string[] {
  const key = workloadKey(podEndpointOf(pod));
  const isRun = pod.workload !== undefined && historyKey(key) !== key;
  return isRun ? [pod.name, pod.workload.name] : [pod.name];
}

function unitOf({ workloads, pods }: Group, selector: LabelSelector): PodUnit {
  const [first] = pods;
  return {
    id: workloads[0] ?? '',
    namespace: first?.namespace.name ?? '',
    workloads,
    pods,
    selector,
    isHostNetwork: pods.some(({ hostNetwork }) => hostNetwork),
  };
}
