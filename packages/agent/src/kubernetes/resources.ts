/** What is listed and watched. Of ReplicaSets and Jobs only the metadata: who controls them. */
export type ResourceName = 'pods' | 'services' | 'endpointslices' | 'nodes' | 'replicasets' | 'jobs';

export interface Resource {
  readonly name: ResourceName;
  /** Empty: the core group. */
  readonly group: string;
  readonly path: string;
  readonly isMetadataOnly: boolean;
}

function resource(name: ResourceName, group: string, path: string, isMetadataOnly = false): Resource {
  return { name, group, path, isMetadataOnly };
}

export const RESOURCES: readonly Resource[] = [
  resource('replicasets', 'apps', '/apis/apps/v1/replicasets', true),
  resource('jobs', 'batch', '/apis/batch/v1/jobs', true),
  resource('services', '', '/api/v1/services'),
  resource('endpointslices', 'discovery.k8s.io', '/apis/discovery.k8s.io/v1/endpointslices'),
  resource('nodes', '', '/api/v1/nodes'),
  resource('pods', '', '/api/v1/pods'),
];

/** The Accept header of a list or a watch. A server that knows no metadata form sends whole objects, which do as well. */
export function acceptOf({ isMetadataOnly }: Resource, isList: boolean): string {
  if (!isMetadataOnly) return 'application/json';
  const kind = isList ? 'PartialObjectMetadataList' : 'PartialObjectMetadata';
  return `application/json;as=${kind};g=meta.k8s.io;v=v1,application/json`;
}
