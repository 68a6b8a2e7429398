import { PAYLOAD_LIMITS as LIMITS } from '../limits.ts';

/** RFC 9113, section 6. */
export const FRAMES = { HEADERS: 1, SETTINGS: 4, PUSH_PROMISE: 5, CONTINUATION: 9 } as const;
export const FRAME_HEADER_BYTES = 9;

const END_HEADERS = 0x4;
const PADDED = 0x8;
const PRIORITY = 0x20;

export interface Http2Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  /** Where its payload begins and ends; the sample may end before. */
  readonly from: number;
  readonly to: number;
}

/** The frame at `at`; undefined where its header is not whole. */
export function frameAt(bytes: Uint8Array, at: number): Http2Frame | undefined {
  if (at + FRAME_HEADER_BYTES > bytes.length) return undefined;
  const length = bytes[at]! * 65_536 + bytes[at + 1]! * 256 + bytes[at + 2]!;
  const from = at + FRAME_HEADER_BYTES;
  return {
    type: bytes[at + 3]!,
    flags: bytes[at + 4]!,
    streamId: (bytes[at + 5]! & 0x7f) * 2 ** 24 + bytes[at + 6]! * 65_536 + bytes[at + 7]! * 256 + bytes[at + 8]!,
    from,
    to: from + length,
  };
}

/** A header block: the parts of it in the frames that carry it. `isWhole`: its end was sampled. */
export interface HeaderBlock {
  readonly parts: readonly Uint8Array[];
  readonly isWhole: boolean;
}

/** All header blocks from the frame at `at` on, each with its continuations. Stops where frames are not as they must be. */
export function* headerBlocks(bytes: Uint8Array, at: number): Generator<HeaderBlock> {
  let parts: Uint8Array[] = [];
  let blockBytes = 0;
  let blockStream = -1;
  for (let count = 0; count < LIMITS.http2Frames; count++) {
    const frame = frameAt(bytes, at);
    if (frame === undefined) break;
    const continues = frame.type === FRAMES.CONTINUATION;
    if (continues ? frame.streamId !== blockStream : blockStream >= 0) return;
    at = frame.to;
    if (!continues && frame.type !== FRAMES.HEADERS && frame.type !== FRAMES.PUSH_PROMISE) continue;
    const part = fragment(bytes, frame);
    if (part === undefined) return;
    parts.push(part);
    blockBytes += part.length;
    if (blockBytes > LIMITS.http2BlockBytes) return;
    blockStream = frame.streamId;
    if (frame.to > bytes.length || (frame.flags & END_HEADERS) === 0) continue;
    yield { parts, isWhole: true };
    parts = [];
    blockBytes = 0;
    blockStream = -1;
  }
  if (parts.length > 0) yield { parts, isWhole: false };
}

/** What of a frame is header block: without padding, priority and promised stream. */
function fragment(bytes: Uint8Array, { type, flags, from, to }: Http2Frame): Uint8Array | undefined {
  if (type === FRAMES.CONTINUATION) return bytes.subarray(from, to);
  const padding = (flags & PADDED) === 0 ? 0 : (bytes[from] ?? 0);
  const before =
    ((flags & PADDED) === 0 ? 0 : 1) + (type === FRAMES.PUSH_PROMISE ? 4 : (flags & PRIORITY) === 0 ? 0 : 5);
  return from + before + padding > to ? undefined : bytes.subarray(from + before, to - padding);
}
