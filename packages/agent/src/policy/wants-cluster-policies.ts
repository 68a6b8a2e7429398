import { detectors as allDetectors } from '@netguard/core';
import type { Config } from '../config/schema.ts';

const JUDGE = 'policy-violation';

/** Whether the cluster's policies are to be followed: by `policy.fromCluster`, which follows the detector unless it is set. */
export function wantsClusterPolicies({ policy, detectors }: Pick<Config, 'policy' | 'detectors'>): boolean {
  if (policy.fromCluster !== 'auto') return policy.fromCluster === 'always';
  const { mode, namespaces = {} } = detectors[JUDGE] ?? {};
  const everywhere = mode ?? allDetectors.find(({ id }) => id === JUDGE)?.default;
  const modes = [everywhere, ...Object.values(namespaces).map((one) => one.mode)];
  return modes.some((one) => one === 'alert' || one === 'observe');
}
