import type { IntelLookup } from '../../intel/intel.ts';
import type { ConnectionObservation, DatagramObservation } from '../../observation.ts';
import type { Who } from '../detector.ts';
import type { Sighting } from './sighting.ts';

/**
 * A first contact with a listed address. What our own address is, is no stranger's, whatever a list says; and who only tried to
 * come in has not reached anybody.
 */
export function listedTraffic(
  observation: ConnectionObservation | DatagramObservation,
  { remote }: Who,
  intel: IntelLookup,
): Sighting | undefined {
  if (!observation.isNew || remote === null) return undefined;
  if (remote.kind !== 'world' && remote.kind !== 'private') return undefined;
  const isConnection = observation.kind === 'connection';
  const established = isConnection ? observation.established : observation.delta.receivedPackets > 0;
  const way = observation.role === 'client' ? 'out' : 'in';
  /* `none`: not even the first packet was sent. */
  if (isConnection && (observation.closeReason === 'none' || (way === 'in' && !established))) return undefined;
  const { ip, port } = observation.remote;
  const hit = intel.address(ip, port, observation.timeMs);
  if (hit === undefined || (way === 'in' && hit.scannerList !== undefined)) return undefined;
  return { hit, of: isConnection ? 'connection' : 'datagrams', value: ip, way, established };
}
