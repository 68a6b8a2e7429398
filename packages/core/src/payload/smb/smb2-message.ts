import { ByteCursor } from '../byte-cursor.ts';
import type { SmbFacts } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';

const HEADER_BYTES = 64;
const NEGOTIATE = 0;
const FROM_SERVER = 1;
/** MS-SMB2, section 2.2.3: dialect revisions. */
const DIALECTS: Readonly<Record<number, string>> = {
  514: '2.0.2',
  528: '2.1',
  767: '2.???',
  768: '3.0',
  770: '3.0.2',
  785: '3.1.1',
};

/** The messages of SMB 2 and 3 at `at`, up to `end`: one, or the parts of a compound (MS-SMB2, section 2.2.1). */
export function readSmb2(stream: Uint8Array, at: number, end: number, facts: SmbFacts[]): void {
  for (let start = at; facts.length < PAYLOAD_LIMITS.smbMessages; ) {
    const cursor = new ByteCursor(stream, start + 4, end);
    if (cursor.u16le() !== HEADER_BYTES) return;
    cursor.skip(2);
    const status = cursor.u32le();
    const command = cursor.u16le();
    cursor.skip(2);
    const isReply = (cursor.u32le() & FROM_SERVER) !== 0;
    const next = cursor.u32le();
    cursor.skip(40);
    if (cursor.isCut) return;
    const codes = command === NEGOTIATE ? (isReply ? chosenDialect(cursor) : offeredDialects(cursor)) : [];
    facts.push({
      protocol: 'smb',
      message: isReply ? 'response' : 'request',
      version: codes.some((code) => code >= 0x0300 && code <= 0x03ff) ? 3 : 2,
      command,
      status: isReply ? status : 0,
      dialects: codes.map((code) => DIALECTS[code] ?? `0x${code.toString(16).padStart(4, '0')}`),
    });
    if (next < HEADER_BYTES || start + next >= end) return;
    start += next;
  }
}

function offeredDialects(cursor: ByteCursor): number[] {
  cursor.skip(2);
  const count = Math.min(cursor.u16le(), PAYLOAD_LIMITS.smbDialects);
  cursor.skip(32);
  const codes: number[] = [];
  while (codes.length < count && cursor.left >= 2) codes.push(cursor.u16le());
  return codes;
}

function chosenDialect(cursor: ByteCursor): number[] {
  cursor.skip(4);
  return cursor.left >= 2 ? [cursor.u16le()] : [];
}
