import type { Endpoint } from '../endpoint.ts';
import type { ListenerObservation, SynSourceObservation } from '../observation.ts';
import type { Who } from './detector.ts';

type AtListener = ListenerObservation | SynSourceObservation;

/** The name of a listener group: network namespace, address and port. */
export function listenerKey({ netns, local }: AtListener): string {
  return `${netns}|${local.ip}|${local.port}`;
}

/** Who listens, with the port; a wildcard listener keeps the address by which its owner is known. */
export function listenerTarget({ local }: AtListener, who: Who): Endpoint {
  const isWildcard = local.ip === '0.0.0.0' || local.ip === '::' || local.ip === '';
  const ip = isWildcard && who.local.ip !== '' ? who.local.ip : local.ip;
  if (who.local.ip === ip && who.local.port === local.port) return who.local;
  return { ...who.local, ip, port: local.port };
}
