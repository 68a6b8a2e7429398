/** The classic format of libpcap (draft-ietf-opsawg-pcap): a header of 24 bytes, then records of 16 bytes and a frame each. */
import type { ByteQueue } from './byte-queue.ts';
import { type CaptureFormat, corrupt, MAX_FRAME_BYTES } from './capture-format.ts';
import type { Frame } from './frame.ts';

export const PCAP_HEADER_BYTES = 24;
const RECORD_BYTES = 16;
const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
/** The upper bits of the link type tell the length of a frame check sequence. */
const LINK_TYPE_MASK = 0x03ffffff;

/** Byte order and resolution by the first four bytes; undefined when they are not of this format. */
export function pcapMagic(view: DataView, at: number): { little: boolean; unitsPerMs: number } | undefined {
  for (const little of [true, false]) {
    const magic = view.getUint32(at, little);
    if (magic === MICROSECONDS) return { little, unitsPerMs: 1e3 };
    if (magic === NANOSECONDS) return { little, unitsPerMs: 1e6 };
  }
  return undefined;
}

export class PcapFormat implements CaptureFormat {
  readonly name = 'pcap';
  readonly skipping = 0;
  readonly #little: boolean;
  readonly #unitsPerMs: number;
  #linkType = -1;
  #packets = 0;

  constructor(little: boolean, unitsPerMs: number) {
    this.#little = little;
    this.#unitsPerMs = unitsPerMs;
  }

  next(queue: ByteQueue, frame: Frame): boolean {
    if (this.#linkType < 0 && !this.#header(queue)) return false;
    if (queue.length < RECORD_BYTES) return false;
    const { view, at } = queue;
    const little = this.#little;
    const captured = view.getUint32(at + 8, little);
    if (captured > MAX_FRAME_BYTES) {
      throw corrupt(
        queue,
        this.#packets,
        `its record says ${captured} bytes, and no frame has over ${MAX_FRAME_BYTES}`,
      );
    }
    if (queue.length < RECORD_BYTES + captured) return false;
    frame.timeMs = view.getUint32(at, little) * 1000 + view.getUint32(at + 4, little) / this.#unitsPerMs;
    frame.linkType = this.#linkType;
    frame.bytes = queue.bytes;
    frame.start = at + RECORD_BYTES;
    frame.end = frame.start + captured;
    frame.originalLength = Math.max(captured, view.getUint32(at + 12, little));
    queue.take(RECORD_BYTES + captured);
    this.#packets++;
    return true;
  }

  #header(queue: ByteQueue): boolean {
    if (queue.length < PCAP_HEADER_BYTES) return false;
    this.#linkType = queue.view.getUint32(queue.at + 20, this.#little) & LINK_TYPE_MASK;
    queue.take(PCAP_HEADER_BYTES);
    return true;
  }
}
