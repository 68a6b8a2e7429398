import { type Endpoint, workloadKey } from '../endpoint.ts';

/**
 * Kubernetes' random suffixes: 5 characters behind `generateName`, 6 to 10 as a pod template's hash, from an alphabet without
 * vowels and look-alikes (k8s.io/apimachinery/pkg/util/rand).
 */
const GENERATED = /-[bcdfghjklmnpqrstvwxz2456789]{5}$/;
const TEMPLATE_HASH = /-[bcdfghjklmnpqrstvwxz2456789]{6,10}$/;
/** A CronJob calls its Jobs `<name>-<minutes since 1970>`. */
const SCHEDULED = /-\d{7,10}$/;

/**
 * The key under which a workload's past is kept: its `workloadKey`, but a pod without controller by its `generateName`, a Job
 * by the CronJob that made it (else by its own `generateName`), a ReplicaSet by its Deployment.
 */
export function historyKey(workload: string): string {
  const parts = workload.split('/');
  const [namespace, kind, name] = parts;
  if (parts.length !== 3 || name === undefined) return workload;
  if (kind === 'Job') {
    if (SCHEDULED.test(name)) return `${namespace}/CronJob/${name.replace(SCHEDULED, '')}`;
    return GENERATED.test(name) ? `${namespace}/Job/${name.replace(GENERATED, '-*')}` : workload;
  }
  if (kind === 'Pod' && GENERATED.test(name)) return `${namespace}/Pod/${name.replace(GENERATED, '-*')}`;
  if (kind === 'ReplicaSet' && TEMPLATE_HASH.test(name)) {
    return `${namespace}/Deployment/${name.replace(TEMPLATE_HASH, '')}`;
  }
  return workload;
}

/** One run of something that runs again and again. */
export interface Run {
  /** What runs: the `historyKey` of its Job or CronJob. */
  readonly kind: string;
  /** Which run: the name of its Job. */
  readonly id: string;
}

const runs = new WeakMap<Endpoint, Run | null>();

/** The run that an endpoint belongs to: a Job's, or a CronJob's by the name of its pod. Undefined for all else. */
export function runOf(endpoint: Endpoint): Run | undefined {
  const kind = endpoint.workload?.kind;
  if (kind !== 'Job' && kind !== 'CronJob') return undefined;
  let run = runs.get(endpoint);
  if (run === undefined) {
    run = makeRun(endpoint, kind);
    runs.set(endpoint, run);
  }
  return run ?? undefined;
}

function makeRun(endpoint: Endpoint, kind: 'Job' | 'CronJob'): Run | null {
  const key = workloadKey(endpoint);
  if (kind === 'Job') return { kind: historyKey(key), id: endpoint.workload?.name ?? '' };
  const id = endpoint.pod?.replace(GENERATED, '');
  return id === undefined ? null : { kind: key, id };
}
