import type { PortIdentity } from '../identify/identity-file.ts';
import { portNumber, type RawObject, text } from './raw-object.ts';

/** A port of a service, an endpoint slice or a container; undefined without a usable number. */
export function portIdentity(port: unknown, { protocol, name }: RawObject): PortIdentity | undefined {
  const number = portNumber(port);
  if (number === undefined) return undefined;
  const named = text(name, 63);
  return {
    port: number,
    protocol: protocol === 'UDP' || protocol === 'SCTP' ? protocol : 'TCP',
    ...(named === undefined ? undefined : { name: named }),
  };
}
