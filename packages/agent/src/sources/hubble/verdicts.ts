/** Numbers of Hubble's enums that decide what becomes of a flow. */

export const L3_L4 = 1;

export const DROPPED = 2;
const ERROR = 3;
/** An address was changed on the way: the packet is told of as what it became. */
const TRANSLATED = 7;

/** Verdicts that say nothing of a packet's way. */
export function isNoPacket(verdict: number): boolean {
  return verdict === ERROR || verdict === TRANSLATED;
}

/** Monitor event of a verdict; others are drops and traces. */
export const POLICY_VERDICT = 5;

export const NODE_STATES = { connected: 1, unavailable: 2, gone: 3, error: 4 } as const;

/** Where Hubble itself lost events, as the label of netguard_lost_events_total. */
export function lossName(source: number): string {
  switch (source) {
    case 1:
      return 'hubble_kernel_ring';
    case 2:
      return 'hubble_events_queue';
    case 3:
      return 'hubble_flow_ring';
  }
  return 'hubble_unknown';
}

type Cause = 'policy' | 'nowhere' | 'other';

/** Drop reasons that somebody meant, and those of an address where nobody is. Any other is the node's own trouble. */
const REASONS: ReadonlyMap<number, readonly [name: string, cause: Cause]> = new Map([
  [130, ['INVALID_SOURCE_MAC', 'other']],
  [132, ['INVALID_SOURCE_IP', 'other']],
  [133, ['POLICY_DENIED', 'policy']],
  [134, ['INVALID_PACKET_DROPPED', 'other']],
  [136, ['CT_MISSING_TCP_ACK_FLAG', 'other']],
  [150, ['UNKNOWN_L3_TARGET_ADDRESS', 'nowhere']],
  [151, ['STALE_OR_UNROUTABLE_IP', 'nowhere']],
  [152, ['NO_MATCHING_LOCAL_CONTAINER_FOUND', 'nowhere']],
  [155, ['CT_MAP_INSERTION_FAILED', 'other']],
  [158, ['SERVICE_BACKEND_NOT_FOUND', 'nowhere']],
  [163, ['UNKNOWN_CONNECTION_TRACKING_STATE', 'other']],
  [164, ['LOCAL_HOST_IS_UNREACHABLE', 'nowhere']],
  [169, ['FIB_LOOKUP_FAILED', 'other']],
  [177, ['DENIED_BY_LB_SRC_RANGE_CHECK', 'policy']],
  [181, ['POLICY_DENY', 'policy']],
  [189, ['AUTH_REQUIRED', 'policy']],
  [196, ['TTL_EXCEEDED', 'other']],
]);

/** A policy verdict of DROPPED has no reason of its own. */
export function dropOf(reason: number, isPolicyVerdict: boolean): { readonly cause: Cause; readonly reason: string } {
  const [name, cause] = REASONS.get(reason) ?? [reason === 0 ? 'UNKNOWN' : `REASON_${reason}`, 'other' as const];
  if (isPolicyVerdict) return { cause: 'policy', reason: reason === 0 ? 'POLICY_DENIED' : name };
  return { cause, reason: name };
}
