import { isLoopbackAddress } from '../address.ts';
import type { ConnectionObservation } from '../observation.ts';
import type { Outcome } from './contact.ts';

/** Nobody waits so long for a handshake: a request that was repeated and is older has failed now, not after 130 s (trap 22). */
const UNANSWERED_MS = 1000;

/** What a TCP connection says of the contact; undefined for no contact, and for one of which nothing can be said yet. */
export function connectionOutcome(seen: ConnectionObservation): Outcome | undefined {
  if (seen.established) {
    if (seen.phase !== 'closed') return 'answered';
    const { receivedBytes, sentBytes } = seen.total;
    const isBare = receivedBytes === 0 && sentBytes === 0 && seen.unackedBytes === 0 && !seen.preexisting;
    return isBare && !isLoopbackAddress(seen.remote.ip) ? 'bare' : 'answered';
  }
  if (seen.role !== 'client' || isLoopbackAddress(seen.remote.ip)) return undefined;
  if (seen.phase === 'live') {
    const isRepeated = seen.total.retransmits > 0 && seen.delta.retransmits === seen.total.retransmits;
    return isRepeated && seen.timeMs - seen.startMs >= UNANSWERED_MS ? 'failed' : undefined;
  }
  switch (seen.closeReason) {
    case 'refused':
    case 'unreachable':
    case 'gave-up':
    case 'timeout':
    case 'reset-received':
      return 'failed';
  }
  return undefined;
}
