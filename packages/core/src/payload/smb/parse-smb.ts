import { ByteCursor } from '../byte-cursor.ts';
import type { SmbFacts } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { readSmb1 } from './smb1-message.ts';
import { readSmb2 } from './smb2-message.ts';

/** Packet types of NetBIOS sessions (RFC 1002, section 4.3.1); over TCP 445 only messages come. */
const SESSION_MESSAGE = 0;
const SESSION_OTHERS: readonly number[] = [0x81, 0x82, 0x83, 0x84, 0x85];
const MAGIC = [0x53, 0x4d, 0x42];
const SMB_1 = 0xff;
const SMB_2 = 0xfe;
/** Encrypted and compressed messages of SMB 3: nothing to tell of one. */
const TRANSFORMED: readonly number[] = [0xfd, 0xfc];

/**
 * Requests or responses of SMB at the beginning of a stream, in NetBIOS session messages (MS-SMB, MS-SMB2): the command, the
 * status, and the dialects of a negotiation. Of a message that is cut the header is enough. Empty: no SMB.
 */
export function parseSmb(stream: Uint8Array): readonly SmbFacts[] {
  const facts: SmbFacts[] = [];
  let at = 0;
  while (at + 8 <= stream.length && facts.length < PAYLOAD_LIMITS.smbMessages) {
    const type = stream[at]!;
    const length = (stream[at + 1]! << 16) | (stream[at + 2]! << 8) | stream[at + 3]!;
    if (type === SESSION_MESSAGE) {
      if (!hasMagic(stream, at + 4)) break;
      readMessage(stream, at + 4, at + 4 + length, facts);
    } else if (!SESSION_OTHERS.includes(type) || length > 256) {
      break;
    }
    at += 4 + length;
  }
  return facts;
}

/** Whether a stream that is too short yet may become SMB. */
export function mayBecomeSmb(stream: Uint8Array): boolean {
  if (stream.length === 0 || stream.length >= 37) return false;
  if (stream[0] !== SESSION_MESSAGE) return SESSION_OTHERS.includes(stream[0]!);
  return stream.length < 5 || hasMagic(stream, 4);
}

function hasMagic(stream: Uint8Array, at: number): boolean {
  const first = stream[at]!;
  if (first !== SMB_1 && first !== SMB_2 && !TRANSFORMED.includes(first)) return false;
  return MAGIC.every((byte, index) => at + 1 + index >= stream.length || stream[at + 1 + index] === byte);
}

function readMessage(stream: Uint8Array, at: number, end: number, facts: SmbFacts[]): void {
  if (stream[at] === SMB_1) readSmb1(new ByteCursor(stream, at + 4, end), facts);
  else if (stream[at] === SMB_2) readSmb2(stream, at, Math.min(end, stream.length), facts);
}
