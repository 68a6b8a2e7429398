import type { AmplificationParameters } from './parameters.ts';
import type { Reflection } from './target-state.ts';

/** A service in no list is told by its port: so much of the traffic must have it, of so many sources. */
const SAME_PORT_SHARE = 0.8;
const SAME_PORT_SOURCES = 50;
/** SYN-ACKs of one server: a raw scanner gets one of each, somebody who is reflected at gets the repeats. */
const REPEATS = 3;
/** No scanner gets so many answers a second: fewer repeats do then. */
const SYN_ACKS_BEYOND_SCANS = 5000;
export const SYN_ACK_WINDOW_MS = 300_000;

export interface Judged {
  readonly observed: number;
  readonly threshold: number;
  readonly windowMs: number;
}

/** Spans of about a second in the window. */
export function spansOf(p: AmplificationParameters): number {
  return Math.round(p.windowMs / 1000);
}

/** Responses from listed ports. */
export function judgeListed(of: Reflection, p: AmplificationParameters): Judged | undefined {
  const spans = spansOf(p);
  const observed = Math.round(of.packets.last(spans));
  const threshold = p.unsolicitedResponses * hysteresis(of, p);
  if (observed < threshold || of.distinct < p.reflectors) return undefined;
  if (observed < p.unsolicitedShare * (observed + of.against.last(spans))) return undefined;
  return { observed, threshold: p.unsolicitedResponses, windowMs: p.windowMs };
}

/** Datagrams that have nothing in common but their source port. */
export function judgeUnknown(of: Reflection, p: AmplificationParameters): Judged | undefined {
  const observed = Math.round(of.packets.last(spansOf(p)));
  if (observed < p.unknownResponses * hysteresis(of, p) || of.distinct < SAME_PORT_SOURCES) return undefined;
  if (of.peers.mainPort.share < SAME_PORT_SHARE) return undefined;
  return { observed, threshold: p.unknownResponses, windowMs: p.windowMs };
}

/** SYN-ACKs, and RSTs as what speaks against them: those are what a scanner gets. */
export function judgeSynAcks(of: Reflection, p: AmplificationParameters): Judged | undefined {
  const observed = of.packets.sum;
  if (observed < p.synAckResponses * hysteresis(of, p) || of.against.sum > observed) return undefined;
  const isRepeated = observed >= REPEATS * of.distinct || of.packets.last(1) >= SYN_ACKS_BEYOND_SCANS;
  return isRepeated ? { observed, threshold: p.synAckResponses, windowMs: SYN_ACK_WINDOW_MS } : undefined;
}

/** Answers of a reflector of ours, to the address that gets most. */
export function judgeServed(of: Reflection, p: AmplificationParameters): Judged | undefined {
  const spans = spansOf(p);
  const share = of.peers.loudest?.share ?? 0;
  const observed = Math.round((of.bytes.last(spans) * share * 1000) / p.windowMs);
  if (observed < p.outgoingBytesPerSecond * hysteresis(of, p)) return undefined;
  return { observed, threshold: p.outgoingBytesPerSecond, windowMs: p.windowMs };
}

function hysteresis(of: Reflection, p: AmplificationParameters): number {
  return Number.isNaN(of.sinceMs) ? 1 : p.offRatio;
}
