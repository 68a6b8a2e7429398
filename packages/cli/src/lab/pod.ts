import { randomBytes, randomUUID } from 'node:crypto';
import type { ContainerRuntime, QosClass } from './cgroup-path.ts';
import type { LabPodIdentity, LabWorkload } from './identities.ts';
import { Member, type MemberPlace } from './member.ts';

/** What a new pod is to be. */
export interface PodSpec {
  readonly namespace: string;
  readonly name: string;
  readonly workload?: LabWorkload;
  readonly labels?: Readonly<Record<string, string>>;
  /** A random one by default. */
  readonly uid?: string;
  /** `app` by default. */
  readonly container?: string;
  readonly qos?: QosClass;
  readonly runtime?: ContainerRuntime;
}

/** A pod of a lab: a network namespace, a Kubernetes-shaped cgroup, an identity. */
export class Pod extends Member {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly workload: LabWorkload | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly containerId: string;
  readonly container: string;
  readonly startedAt: string = new Date().toISOString();

  constructor(spec: PodSpec & { readonly uid: string; readonly containerId: string }, place: MemberPlace) {
    super(place);
    this.uid = spec.uid;
    this.namespace = spec.namespace;
    this.name = spec.name;
    this.workload = spec.workload;
    this.labels = spec.labels ?? {};
    this.containerId = spec.containerId;
    this.container = spec.container ?? 'app';
  }

  /** The pod as the identity file has it. */
  identity(node: string): LabPodIdentity {
    return {
      uid: this.uid,
      namespace: this.namespace,
      name: this.name,
      ...(this.workload && { workload: this.workload }),
      labels: this.labels,
      ips: this.ip6 === undefined ? [this.ip] : [this.ip, this.ip6],
      node,
      containers: [{ id: this.containerId, name: this.container }],
      hostNetwork: false,
      phase: 'Running',
      startedAt: this.startedAt,
    };
  }
}

export function newUid(): string {
  return randomUUID();
}

/** A container id as runtimes make them: 64 hex digits. */
export function newContainerId(): string {
  return randomBytes(32).toString('hex');
}
