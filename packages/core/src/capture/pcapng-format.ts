/** The block format of Wireshark (draft-ietf-opsawg-pcapng): sections of either byte order, each with interfaces of its own. */
import type { ByteQueue } from './byte-queue.ts';
import { type CaptureFormat, corrupt, MAX_FRAME_BYTES } from './capture-format.ts';
import type { Frame } from './frame.ts';
import { type CaptureInterface, readInterface } from './pcapng-interface.ts';

export const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const BYTE_ORDER = 0x1a2b3c4d;

/** Options of a packet or an interface fit beside the frame; blocks of other kinds are passed over without being held. */
const MAX_PARSED_BYTES = MAX_FRAME_BYTES + 256 * 1024;
const MAX_SKIPPED_BYTES = 1024 * 1024 * 1024;
const MAX_INTERFACES = 4096;

export class PcapngFormat implements CaptureFormat {
  readonly name = 'pcapng';
  #little = true;
  #interfaces: CaptureInterface[] = [];
  #skip = 0;
  #packets = 0;
  /** A simple packet has no time: that of the one before stands for it. */
  #lastMs = 0;

  get skipping(): number {
    return this.#skip;
  }

  next(queue: ByteQueue, frame: Frame): boolean {
    for (;;) {
      if (this.#skip > 0) {
        const now = Math.min(this.#skip, queue.length);
        queue.take(now);
        this.#skip -= now;
        if (this.#skip > 0) return false;
      }
      if (queue.length < 12) return false;
      const { view, at } = queue;
      // The type of a section header reads the same in both byte orders.
      const isSection = view.getUint32(at, true) === SECTION_HEADER;
      if (isSection) this.#little = this.#sectionOrder(queue);
      const type = isSection ? SECTION_HEADER : view.getUint32(at, this.#little);
      const length = view.getUint32(at + 4, this.#little);
      if (length < 12 || length % 4 !== 0) {
        throw corrupt(queue, this.#packets, `a block says its length is ${length}, which no block has`);
      }
      if (!isParsed(type)) {
        this.#refuseLonger(queue, length, MAX_SKIPPED_BYTES);
        this.#skip = length;
        continue;
      }
      this.#refuseLonger(queue, length, MAX_PARSED_BYTES);
      if (queue.length < length) return false;
      if (view.getUint32(at + length - 4, this.#little) !== length) {
        throw corrupt(queue, this.#packets, 'a block says two different lengths at its two ends');
      }
      const found = this.#block(type, queue, length, frame);
      queue.take(length);
      if (!found) continue;
      this.#packets++;
      return true;
    }
  }

  #sectionOrder(queue: ByteQueue): boolean {
    const { view, at } = queue;
    if (view.getUint32(at + 8, true) === BYTE_ORDER) return true;
    if (view.getUint32(at + 8, false) === BYTE_ORDER) return false;
    throw corrupt(queue, this.#packets, 'a section begins with no byte order that is known');
  }

  #refuseLonger(queue: ByteQueue, length: number, limit: number): void {
    if (length <= limit) return;
    throw corrupt(queue, this.#packets, `a block says its length is ${length} bytes, over the limit of ${limit}`);
  }

  /** True when the block is a packet, which then is in `frame`. */
  #block(type: number, queue: ByteQueue, length: number, frame: Frame): boolean {
    switch (type) {
      case SECTION_HEADER:
        this.#interfaces = [];
        return false;
      case INTERFACE_DESCRIPTION:
        this.#addInterface(queue, length);
        return false;
      case SIMPLE_PACKET:
        this.#simple(queue, length, frame);
        return true;
      default:
        this.#packet(type, queue, length, frame);
        return true;
    }
  }

  #addInterface(queue: ByteQueue, length: number): void {
    if (length < 20) throw corrupt(queue, this.#packets, `an interface block of ${length} bytes is too short`);
    if (this.#interfaces.length >= MAX_INTERFACES) {
      throw corrupt(queue, this.#packets, `a section has more than ${MAX_INTERFACES} interfaces`);
    }
    this.#interfaces.push(readInterface(queue.view, queue.at + 8, queue.at + length - 4, this.#little));
  }

  #interface(queue: ByteQueue, index: number): CaptureInterface {
    const found = this.#interfaces[index];
    if (found === undefined) {
      throw corrupt(
        queue,
        this.#packets,
        `it names interface ${index}, and the section has ${this.#interfaces.length}`,
      );
    }
    return found;
  }

  #simple(queue: ByteQueue, length: number, frame: Frame): void {
    if (length < 16) throw corrupt(queue, this.#packets, `a packet block of ${length} bytes is too short`);
    const { view, at } = queue;
    const original = view.getUint32(at + 8, this.#little);
    const { snapLength, linkType } = this.#interface(queue, 0);
    const limit = snapLength === 0 ? original : Math.min(original, snapLength);
    this.#fill(queue, frame, at + 12, Math.min(limit, length - 16), original, linkType, this.#lastMs);
  }

  #packet(type: number, queue: ByteQueue, length: number, frame: Frame): void {
    if (length < 32) throw corrupt(queue, this.#packets, `a packet block of ${length} bytes is too short`);
    const { view, at } = queue;
    const little = this.#little;
    const index = type === PACKET ? view.getUint16(at + 8, little) : view.getUint32(at + 8, little);
    const { linkType, unitsPerMs, offsetMs } = this.#interface(queue, index);
    const units = view.getUint32(at + 12, little) * 2 ** 32 + view.getUint32(at + 16, little);
    const captured = view.getUint32(at + 20, little);
    if (captured > length - 32) {
      throw corrupt(queue, this.#packets, `it says ${captured} bytes in a block with room for ${length - 32}`);
    }
    const original = view.getUint32(at + 24, little);
    this.#fill(queue, frame, at + 28, captured, original, linkType, units / unitsPerMs + offsetMs);
  }

  #fill(
    queue: ByteQueue,
    frame: Frame,
    start: number,
    captured: number,
    original: number,
    linkType: number,
    timeMs: number,
  ): void {
    frame.timeMs = timeMs;
    frame.linkType = linkType;
    frame.bytes = queue.bytes;
    frame.start = start;
    frame.end = start + captured;
    frame.originalLength = Math.max(captured, original);
    this.#lastMs = timeMs;
  }
}

function isParsed(type: number): boolean {
  return (
    type === ENHANCED_PACKET ||
    type === SECTION_HEADER ||
    type === INTERFACE_DESCRIPTION ||
    type === SIMPLE_PACKET ||
    type === PACKET
  );
}
