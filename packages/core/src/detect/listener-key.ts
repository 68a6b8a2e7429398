import type { Endpoint } from '../endpoint.ts';
import type { ListenerObservation, SynSourceObservation } from '../observation.ts';
import type { Who } from './detector.ts';

type AtListener = ListenerObservation | SynSourceObservation;

/** Of a listener group that is read each second, neither name nor target is made anew. Bounded: begun anew when full. */
const KEYS = 4096;
const PORTS_EACH = 64;
const keys = new Map<number, { readonly ip: string; readonly key: string }>();
const targets = new WeakMap<Endpoint, Map<number, Endpoint>>();

/** The name of a listener group: network namespace, address and port. */
export function listenerKey({ netns, local }: AtListener): string {
  const number = netns * 65_536 + local.port;
  const known = keys.get(number);
  if (known?.ip === local.ip) return known.key;
  if (keys.size >= KEYS) keys.clear();
  const key = `${netns}|${local.ip}|${local.port}`;
  keys.set(number, { ip: local.ip, key });
  return key;
}

/** Who listens, with the port; a wildcard listener keeps the address by which its owner is known. */
export function listenerTarget({ local }: AtListener, who: Who): Endpoint {
  const isWildcard = local.ip === '0.0.0.0' || local.ip === '::' || local.ip === '';
  const ip = isWildcard && who.local.ip !== '' ? who.local.ip : local.ip;
  if (who.local.ip === ip && who.local.port === local.port) return who.local;
  let byPort = targets.get(who.local);
  if (byPort === undefined || byPort.size >= PORTS_EACH) {
    byPort = new Map();
    targets.set(who.local, byPort);
  }
  let target = byPort.get(local.port);
  if (target?.ip !== ip) {
    target = { ...who.local, ip, port: local.port };
    byPort.set(local.port, target);
  }
  return target;
}
