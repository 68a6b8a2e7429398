import type { ByteCursor } from '../byte-cursor.ts';
import { byteText } from '../byte-text.ts';
import type { SmbFacts } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';

const NEGOTIATE = 0x72;
const REPLY = 0x80;
/** Parameter words of a negotiation answered with NT LM 0.12 (MS-CIFS, section 2.2.4.52.2). */
const NT_LM_WORDS = 17;
const DIALECT = 0x02;

/** A message of SMB 1 (MS-CIFS, section 2.2.3.1), `cursor` behind its magic. */
export function readSmb1(cursor: ByteCursor, facts: SmbFacts[]): void {
  const command = cursor.u8();
  const status = cursor.u32le();
  const isReply = (cursor.u8() & REPLY) !== 0;
  cursor.skip(22);
  if (cursor.isCut) return;
  const dialects = command === NEGOTIATE ? (isReply ? chosenDialect(cursor) : offeredDialects(cursor)) : [];
  facts.push({
    protocol: 'smb',
    message: isReply ? 'response' : 'request',
    version: 1,
    command,
    status: isReply ? status : 0,
    dialects,
  });
}

function offeredDialects(cursor: ByteCursor): string[] {
  cursor.skip(cursor.u8() * 2);
  const list = cursor.part(cursor.u16le());
  const dialects: string[] = [];
  while (dialects.length < PAYLOAD_LIMITS.smbDialects && list.u8() === DIALECT) {
    const name = list.until(0, PAYLOAD_LIMITS.smbDialectBytes);
    if (name === undefined) break;
    dialects.push(byteText(name));
  }
  return dialects;
}

/** An answer has but the place in the list of the question; the form of NT LM 0.12 tells itself. */
function chosenDialect(cursor: ByteCursor): string[] {
  return cursor.u8() === NT_LM_WORDS ? ['NT LM 0.12'] : [];
}
