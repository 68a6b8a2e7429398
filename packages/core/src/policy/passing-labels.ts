/** Labels that a controller gives to single pods or revisions: a selector that names them breaks at the next rollout. */
const PASSING = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'batch.kubernetes.io/job-completion-index',
  'controller-uid',
  'job-name',
]);

/** Whether a label stays with a workload over its pods and revisions. */
export function isLasting(key: string): boolean {
  return !PASSING.has(key);
}
