import type { CloseReason, ConnectionObservation, DatagramObservation } from '../observation.ts';
import type { ConnectionResult, Verdict } from './flow.ts';

/** A SYN unanswered for this long has failed, whatever the kernel's own patience (the first retransmission is at 1 s). */
const UNANSWERED_MS = 1000;

/**
 * Whether our end is the client. Where the source could not tell who opened, the higher port is the client's (ephemeral
 * ports lie above service ports); ICMP has no ports, so our end speaks first.
 */
export function localIsClient(observation: ConnectionObservation | DatagramObservation): boolean {
  if (observation.role === 'client') return true;
  if (observation.role === 'server') return false;
  if (observation.kind === 'datagrams' && observation.protocol === 'ICMP') return true;
  return observation.local.port >= observation.remote.port;
}

/**
 * How a connection went, in the metric's words; undefined while it is still opening, or when no packet was ever sent.
 * Unreachable and given-up attempts are timeouts: nobody answered.
 */
export function connectionResult(
  established: boolean,
  closeReason: CloseReason | null,
  ageMs: number,
): ConnectionResult | undefined {
  switch (closeReason) {
    case null:
      if (established) return 'established';
      return ageMs >= UNANSWERED_MS ? 'timeout' : undefined;
    case 'none':
      return undefined;
    case 'refused':
      return 'refused';
    case 'reset-sent':
    case 'reset-received':
    case 'killed':
      return 'reset';
    case 'timeout':
    case 'unreachable':
    case 'gave-up':
      return 'timeout';
    case 'fin':
    case 'unknown':
      return established ? 'established' : 'timeout';
  }
}

export function verdictOf(result: ConnectionResult | undefined): Verdict {
  if (result === 'refused' || result === 'timeout') return 'DROPPED';
  return result === 'reset' ? 'ERROR' : 'FORWARDED';
}
