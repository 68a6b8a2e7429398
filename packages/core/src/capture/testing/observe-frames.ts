/** For tests: frames through reader, dissector and tracker. */
import type { Observation } from '../../observation.ts';
import { CaptureReader } from '../capture-reader.ts';
import { Dissector } from '../dissector.ts';
import type { CaptureLimits } from '../limits.ts';
import type { PayloadSampling } from '../payload-sampling.ts';
import { CaptureTracker } from '../tracker.ts';
import { type PcapOptions, pcap, type WrittenFrame } from './pcap-writer.ts';

export const LIMITS: CaptureLimits = {
  listenerSyns: 200,
  sourceSyns: 160,
  probePorts: 15,
  windowMs: 1000,
  graceMs: 150,
};

export interface Observed {
  readonly observations: Observation[];
  readonly tracker: CaptureTracker;
  readonly dissector: Dissector;
  readonly warning: string | undefined;
}

/** What a capture file shows; `chunk` bytes at a time, then `afterMs` of silence. */
export function observeCapture(
  file: Uint8Array,
  options: {
    readonly chunk?: number;
    readonly afterMs?: number;
    readonly limits?: CaptureLimits;
    readonly payload?: PayloadSampling;
  } = {},
): Observed {
  const { chunk = file.length, afterMs = 3000, limits = LIMITS, payload } = options;
  const observations: Observation[] = [];
  const reader = new CaptureReader();
  const dissector = new Dissector();
  const tracker = new CaptureTracker({ limits, observe: (seen) => observations.push(kept(seen)), payload });
  for (let at = 0; at < file.length; at += chunk) {
    reader.push(file.subarray(at, at + chunk));
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      const isPacket = dissector.dissect(frame);
      const nowMs = tracker.timeOf(frame.timeMs);
      tracker.advance(nowMs);
      if (isPacket) tracker.packet(dissector.packet);
      while (dissector.overdue(nowMs)) tracker.packet(dissector.packet);
    }
  }
  const warning = reader.end();
  while (dissector.overdue(Number.POSITIVE_INFINITY)) {
    dissector.packet.timeMs = tracker.nowMs;
    tracker.packet(dissector.packet);
  }
  if (tracker.nowMs > 0) tracker.advance(tracker.nowMs + afterMs);
  return { observations, tracker, dissector, warning };
}

export function observeFrames(
  frames: readonly WrittenFrame[],
  options: PcapOptions & {
    readonly afterMs?: number;
    readonly limits?: CaptureLimits;
    readonly payload?: PayloadSampling;
  } = {},
): Observed {
  return observeCapture(pcap(frames, options), options);
}

/** Bytes of payload are valid during the call only. */
function kept(seen: Observation): Observation {
  return seen.kind === 'payload' ? { ...seen, bytes: seen.bytes.slice() } : seen;
}

/** Those of one kind. */
export function ofKind<K extends Observation['kind']>(
  observed: Observed,
  kind: K,
): Extract<Observation, { kind: K }>[] {
  return observed.observations.filter((one): one is Extract<Observation, { kind: K }> => one.kind === kind);
}
