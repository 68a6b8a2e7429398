import type { CloseReason } from '@netguard/core';
import { NG_SOCK_ESTABLISHED, NG_SOCK_LATE, NG_SOCK_NO_PORT } from '@netguard/core/abi';

/* include/net/tcp_states.h */
const ESTABLISHED = 1;
const SYN_SENT = 2;
const FIN_WAIT1 = 4;
const CLOSE_WAIT = 8;
/* include/uapi/asm-generic/errno.h */
const EPIPE = 32;
const ENETUNREACH = 101;
const ECONNABORTED = 103;
const ECONNRESET = 104;
const ETIMEDOUT = 110;
const ECONNREFUSED = 111;
const EHOSTUNREACH = 113;

/** Why a connection ended, from the state it left and the socket's error at that moment. */
export function closeReason(fromState: number, error: number, flags: number): CloseReason {
  if (flags & NG_SOCK_NO_PORT) return 'none';
  if (fromState === SYN_SENT || !(flags & NG_SOCK_ESTABLISHED)) return firstContactFailure(error);
  switch (error) {
    case ECONNRESET:
    case EPIPE:
      return 'reset-received';
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH:
      return 'timeout';
    case ECONNABORTED:
      return 'killed';
  }
  if (flags & NG_SOCK_LATE) return 'unknown';
  return fromState === ESTABLISHED || fromState === CLOSE_WAIT || fromState === FIN_WAIT1 ? 'reset-sent' : 'fin';
}

function firstContactFailure(error: number): CloseReason {
  switch (error) {
    case ECONNREFUSED:
      return 'refused';
    case EHOSTUNREACH:
    case ENETUNREACH:
      return 'unreachable';
    case ETIMEDOUT:
      return 'timeout';
    case ECONNRESET:
      return 'reset-received';
    case ECONNABORTED:
      return 'killed';
    case 0:
      return 'gave-up';
  }
  return 'unknown';
}
