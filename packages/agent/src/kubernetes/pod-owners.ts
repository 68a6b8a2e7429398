/** Which controller a person thinks of: the Deployment above a ReplicaSet, the CronJob above a Job. */
import type { Workload } from '@netguard/core';
import { objectName, type RawObject, records, text } from './raw-object.ts';

export interface OwnerReference extends Workload {
  readonly uid: string;
}

/** The controller of an object, by its own word. */
export function controllerOf(metadata: RawObject): OwnerReference | undefined {
  const owner = records(metadata.ownerReferences, 64).find(({ controller }) => controller === true);
  const [kind, name, uid] = [text(owner?.kind, 63), objectName(owner?.name), text(owner?.uid, 64)];
  return kind === undefined || name === undefined || uid === undefined ? undefined : { kind, name, uid };
}

/** The Deployment of a ReplicaSet that nobody told of: it is named after it and the hash that its pods carry. */
export function guessDeployment(owner: OwnerReference, labels: Readonly<Record<string, string>>): Workload | undefined {
  const hash = labels['pod-template-hash'];
  if (owner.kind !== 'ReplicaSet' || hash === undefined || hash === '') return undefined;
  if (!owner.name.endsWith(`-${hash}`) || owner.name.length === hash.length + 1) return undefined;
  return { kind: 'Deployment', name: owner.name.slice(0, -hash.length - 1) };
}
