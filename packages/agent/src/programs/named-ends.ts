import type { Endpoint, NameAddress, Who } from '@netguard/core';

/**
 * The ends of a measurement with what is known of their addresses now. Whoever reads the maps may not know it yet, and an end
 * that is called one thing at first and another a second later would be two alerts.
 */
export function namedEnds({ local, remote }: Who, nameAddress: NameAddress): Who {
  const named = (end: Endpoint): Endpoint => (end.kind === 'world' && end.ip !== '' ? nameAddress(end.ip) : end);
  return { local: named(local), remote: remote && named(remote) };
}
