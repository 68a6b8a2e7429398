import type { Policies } from '@netguard/core';
import type { ClusterPolicies } from '../kubernetes/policy-books.ts';

/** Policies of files beside those of the cluster. Where both have one of a name, what the cluster has is what is in force. */
export function joinPolicies(files: Policies, cluster: ClusterPolicies): Policies {
  const known = new Set(cluster.networkPolicies.map(({ namespace, name }) => `${namespace}/${name}`));
  const admin = new Set(cluster.adminPolicies.map(({ kind, name }) => `${kind}/${name}`));
  return {
    accessPolicies: files.accessPolicies,
    networkPolicies: [
      ...files.networkPolicies.filter(({ namespace, name }) => !known.has(`${namespace}/${name}`)),
      ...cluster.networkPolicies,
    ],
    adminPolicies: [
      ...(files.adminPolicies ?? []).filter(({ kind, name }) => !admin.has(`${kind}/${name}`)),
      ...cluster.adminPolicies,
    ],
  };
}
