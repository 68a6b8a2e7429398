/** What is listed and watched. Of some only the metadata: who controls a ReplicaSet or Job, the labels of a namespace. */
export type NameResource = 'pods' | 'services' | 'endpointslices' | 'nodes' | 'replicasets' | 'jobs' | 'namespaces';
export type PolicyResource = 'networkpolicies' | 'adminnetworkpolicies' | 'baselineadminnetworkpolicies';
export type ResourceName = NameResource | PolicyResource;

export interface Resource<Name extends ResourceName = ResourceName> {
  readonly name: Name;
  /** Empty: the core group. */
  readonly group: string;
  readonly path: string;
  readonly isMetadataOnly: boolean;
  /** Not every API server has it: where it is not there, there is nothing to follow. */
  readonly isOptional: boolean;
}

interface Special {
  readonly isMetadataOnly?: boolean;
  readonly isOptional?: boolean;
}

function resource<Name extends ResourceName>(
  name: Name,
  group: string,
  version: string,
  special: Special = {},
): Resource<Name> {
  const path = `${group === '' ? '/api' : `/apis/${group}`}/${version}/${name}`;
  return { name, group, path, isMetadataOnly: false, isOptional: false, ...special };
}

export const RESOURCES: readonly Resource<NameResource>[] = [
  resource('replicasets', 'apps', 'v1', { isMetadataOnly: true }),
  resource('jobs', 'batch', 'v1', { isMetadataOnly: true }),
  resource('namespaces', '', 'v1', { isMetadataOnly: true }),
  resource('services', '', 'v1'),
  resource('endpointslices', 'discovery.k8s.io', 'v1'),
  resource('nodes', '', 'v1'),
  resource('pods', '', 'v1'),
];

const POLICY_GROUP = 'policy.networking.k8s.io';

export const POLICY_RESOURCES: readonly Resource<PolicyResource>[] = [
  resource('networkpolicies', 'networking.k8s.io', 'v1'),
  resource('adminnetworkpolicies', POLICY_GROUP, 'v1alpha1', { isOptional: true }),
  resource('baselineadminnetworkpolicies', POLICY_GROUP, 'v1alpha1', { isOptional: true }),
];

/** The Accept header of a list or a watch. A server that knows no metadata form sends whole objects, which do as well. */
export function acceptOf({ isMetadataOnly }: Resource, isList: boolean): string {
  if (!isMetadataOnly) return 'application/json';
  const kind = isList ? 'PartialObjectMetadataList' : 'PartialObjectMetadata';
  return `application/json;as=${kind};g=meta.k8s.io;v=v1,application/json`;
}
