/** What a benign twin is: who takes part, and what they do all the time and once a cycle. */
import type { TwinStage } from './stage.ts';

/** A pod; its namespace is the twin's id, its name and workload the role's unless set. */
export interface PodRole {
  readonly workload?: { readonly kind: string; readonly name: string };
  /** Declared in its spec. */
  readonly ports?: readonly number[];
  /** What its kubelet probes. */
  readonly probes?: readonly number[];
}

export interface Twin {
  /** Also the namespace of its pods: an alert about them is the twin's. */
  readonly id: string;
  /** One line: what happens. */
  readonly what: string;
  readonly pods: Readonly<Record<string, PodRole>>;
  /** Outside the cluster, with so many addresses. */
  readonly hosts?: Readonly<Record<string, number>>;
  /** Starts what goes on all the time. Servers of all twins are started before clients. */
  serve?(stage: TwinStage): Promise<void>;
  start?(stage: TwinStage): Promise<void>;
  /** What happens once a cycle: rollouts, bursts, runs of jobs. The next one begins after its end. */
  cycle?(stage: TwinStage, index: number): Promise<void>;
}

export function deployment(name: string): NonNullable<PodRole['workload']> {
  return { kind: 'Deployment', name };
}

export function statefulSet(name: string): NonNullable<PodRole['workload']> {
  return { kind: 'StatefulSet', name };
}
