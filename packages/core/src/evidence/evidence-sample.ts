import type { PayloadObservation } from '../observation.ts';

/** A payload sample that is kept, with whose it was. `bytes` is its own copy. */
export interface EvidenceSample
  extends Pick<
    PayloadObservation,
    'timeMs' | 'transport' | 'id' | 'role' | 'local' | 'remote' | 'sent' | 'offset' | 'length' | 'bytes'
  > {
  /** `workloadKey` of the watched end and of the other one. */
  readonly localKey: string;
  readonly remoteKey: string;
}

/**
 * Sampled bytes without secrets, length and place of everything else kept. It is given as much of a direction as hangs together;
 * `isMiddle`: what was before it is not known.
 */
export type RedactStream = (stream: Uint8Array, options: { readonly isMiddle: boolean }) => Uint8Array;
