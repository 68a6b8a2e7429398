import { NetGuardError } from '../error.ts';
import { ByteQueue } from './byte-queue.ts';
import type { CaptureFormat } from './capture-format.ts';
import { Frame } from './frame.ts';
import { PcapFormat, pcapMagic } from './pcap-format.ts';
import { PcapngFormat, SECTION_HEADER } from './pcapng-format.ts';

/**
 * Reads a capture (pcap or pcapng, either byte order) from chunks of any size, in memory that does not grow with it:
 * `push` a chunk, ask for `next` until there is none, and so on; `end` tells whether something was cut off.
 */
export class CaptureReader {
  readonly #queue = new ByteQueue();
  readonly #frame = new Frame();
  #format: CaptureFormat | undefined;
  #packets = 0;
  #bytes = 0;

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    this.#queue.push(chunk);
  }

  /**
   * The next frame, or undefined when more bytes are needed. It is valid until the next call of any method.
   * Throws NG_ERR_CAPTURE_FORMAT (this is no capture) and NG_ERR_CAPTURE_CORRUPT (a length that cannot be).
   */
  next(): Frame | undefined {
    this.#format ??= findFormat(this.#queue);
    if (this.#format?.next(this.#queue, this.#frame) !== true) return undefined;
    this.#packets++;
    return this.#frame;
  }

  get packets(): number {
    return this.#packets;
  }

  /** No more bytes come. A sentence for the user when the capture ends in the middle of something. */
  end(): string | undefined {
    if (this.#bytes < 4) throw notACapture(this.#bytes === 0 ? 'it is empty' : `it has only ${this.#bytes} bytes`);
    if (this.#format !== undefined && this.#queue.length === 0 && this.#format.skipping === 0) return undefined;
    const read = this.#packets === 1 ? '1 packet was read' : `${this.#packets} packets were read`;
    return `The capture is cut off in the middle of a record; ${read} before that.`;
  }
}

function findFormat(queue: ByteQueue): CaptureFormat | undefined {
  if (queue.length < 4) return undefined;
  const { view, at } = queue;
  const pcap = pcapMagic(view, at);
  if (pcap) return new PcapFormat(pcap.little, pcap.unitsPerMs);
  const magic = view.getUint32(at, false);
  if (magic === SECTION_HEADER) return new PcapngFormat();
  for (const [beginning, what, hint] of OTHERS) {
    if (magic >>> (32 - beginning.length * 8) === number(beginning)) throw notACapture(`it is ${what}`, hint);
  }
  throw notACapture(`it begins with the bytes ${magic.toString(16).padStart(8, '0')}`);
}

/** What people give by mistake, by its first bytes. */
const OTHERS: readonly (readonly [beginning: readonly number[], what: string, hint: string])[] = [
  [[0x1f, 0x8b], 'compressed by gzip', 'Unpack it on the way: gunzip -c FILE | netguard replay -'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'compressed by zstd', 'Unpack it on the way: zstd -dc FILE | netguard replay -'],
  [[0xfd, 0x37, 0x7a, 0x58], 'compressed by xz', 'Unpack it on the way: xz -dc FILE | netguard replay -'],
  [[0x42, 0x5a, 0x68], 'compressed by bzip2', 'Unpack it on the way: bzip2 -dc FILE | netguard replay -'],
  [[0x04, 0x22, 0x4d, 0x18], 'compressed by lz4', 'Unpack it on the way: lz4 -dc FILE | netguard replay -'],
  [[0x50, 0x4b], 'a zip archive', 'Unpack it first: unzip FILE'],
  [[0x73, 0x6e, 0x6f, 0x6f], 'a snoop file', 'Convert it: editcap -F pcap FILE new.pcap'],
  [[0xa1, 0xb2, 0xcd, 0x34], 'a pcap of a modified kind', 'Convert it: editcap -F pcap FILE new.pcap'],
  [[0x34, 0xcd, 0xb2, 0xa1], 'a pcap of a modified kind', 'Convert it: editcap -F pcap FILE new.pcap'],
];

function number(bytes: readonly number[]): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

function notACapture(
  why: string,
  hint = 'Give a pcap or pcapng file, as tcpdump -w and Wireshark write them.',
): NetGuardError {
  return new NetGuardError('NG_ERR_CAPTURE_FORMAT', 'reading the capture', { cause: why, hint });
}
