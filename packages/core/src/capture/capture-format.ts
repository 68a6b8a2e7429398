import { NetGuardError } from '../error.ts';
import type { ByteQueue } from './byte-queue.ts';
import type { Frame } from './frame.ts';

/** A file format: takes records from the queue and fills the frame of each packet. */
export interface CaptureFormat {
  readonly name: 'pcap' | 'pcapng';
  /** True when `frame` holds the next packet, false when more bytes are needed. Throws NG_ERR_CAPTURE_CORRUPT. */
  next(queue: ByteQueue, frame: Frame): boolean;
  /** Bytes of the current record that are still to come and be passed over: the stream may not end here. */
  readonly skipping: number;
}

/**
 * The longest frame that is read. libpcap's MAXIMUM_SNAPLEN is 262,144; only buses that carry no IP (USB, D-Bus) have more.
 */
export const MAX_FRAME_BYTES = 1024 * 1024;

const HINT = 'What was read before it counts. `capinfos FILE` tells more; `editcap` can copy the good part.';

/** `what` names the record, the length and the limit that it breaks. */
export function corrupt(queue: ByteQueue, packets: number, what: string): NetGuardError {
  return new NetGuardError(
    'NG_ERR_CAPTURE_CORRUPT',
    `reading packet ${packets + 1} of the capture (at byte ${queue.consumed})`,
    { cause: what, hint: HINT },
  );
}
