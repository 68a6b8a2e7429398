import { type Endpoint, workloadKey } from '../endpoint.ts';
import type { PayloadObservation } from '../observation.ts';
import type { EvidenceSample } from './evidence-sample.ts';

/** A sample with names and a copy of its bytes, to be kept beyond the call that gave it. */
export function evidenceOf(
  seen: PayloadObservation,
  who: { readonly local: Endpoint; readonly remote: Endpoint | null },
): EvidenceSample {
  const { timeMs, transport, id, role, local, remote, sent, offset, length, bytes } = seen;
  return {
    timeMs,
    transport,
    id,
    role,
    local,
    remote,
    sent,
    offset,
    length,
    bytes: bytes.slice(),
    localKey: workloadKey(who.local),
    remoteKey: who.remote === null ? remote.ip : workloadKey(who.remote),
  };
}
