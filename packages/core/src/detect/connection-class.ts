import type { ConnectionObservation, Role } from '../observation.ts';
import type { Who } from './detector.ts';

/** What of a connection decides, before anything else, which detectors look at it. */
export interface ConnectionClass {
  readonly role: Role;
  readonly isEstablished: boolean;
  /** The other end's address is outside (`world`, `private`). */
  readonly isOutside: boolean;
  /** Established, answered and told of before, and still open: it has merely moved. */
  readonly isMoved: boolean;
}

const ROLES: readonly Role[] = ['client', 'server', 'unknown'];
const ESTABLISHED = 1;
const OUTSIDE = 2;
const MOVED = 4;
const FLAGS = 8;

/** All classes, each at its index. */
export const CONNECTION_CLASSES: readonly ConnectionClass[] = ROLES.flatMap((role) =>
  Array.from({ length: FLAGS }, (_, flags) => ({
    role,
    isEstablished: (flags & ESTABLISHED) !== 0,
    isOutside: (flags & OUTSIDE) !== 0,
    isMoved: (flags & MOVED) !== 0,
  })),
);

/** The index of the class of a connection. */
export function connectionClass(seen: ConnectionObservation, { remote }: Who): number {
  let index = seen.role === 'client' ? 0 : seen.role === 'server' ? FLAGS : 2 * FLAGS;
  if (remote !== null && (remote.kind === 'world' || remote.kind === 'private')) index += OUTSIDE;
  if (seen.established) index += hasMerelyMoved(seen) ? ESTABLISHED + MOVED : ESTABLISHED;
  return index;
}

function hasMerelyMoved({ isNew, phase, total, delta }: ConnectionObservation): boolean {
  return !isNew && phase === 'live' && total.receivedPackets > delta.receivedPackets;
}
