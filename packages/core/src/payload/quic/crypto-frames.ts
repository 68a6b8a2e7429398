import { ByteCursor } from '../byte-cursor.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import type { CryptoPieces } from './crypto-pieces.ts';
import { variableInteger } from './long-header.ts';

const PADDING = 0;
const PING = 1;
const ACK = 2;
const ACK_WITH_ECN = 3;
const CRYPTO = 6;

/** Puts the CRYPTO frames of an Initial packet into `pieces` (RFC 9000, section 19; only these types may be in one). */
export function readCryptoFrames(frames: Uint8Array, pieces: CryptoPieces): void {
  const cursor = new ByteCursor(frames);
  for (let count = 0; count < PAYLOAD_LIMITS.quicFrames && cursor.left > 0; ) {
    const type = cursor.u8();
    if (type === PADDING) continue;
    count++;
    if (type === CRYPTO) {
      const offset = variableInteger(cursor);
      const piece = cursor.part(variableInteger(cursor));
      if (piece.isCut) return;
      pieces.add(offset, piece.take(piece.left));
    } else if (type === ACK || type === ACK_WITH_ECN) {
      skipAck(cursor, type === ACK_WITH_ECN);
    } else if (type !== PING) {
      return;
    }
  }
}

function skipAck(cursor: ByteCursor, hasEcn: boolean): void {
  variableInteger(cursor);
  variableInteger(cursor);
  const ranges = variableInteger(cursor);
  variableInteger(cursor);
  for (let rest = ranges * 2 + (hasEcn ? 3 : 0); rest > 0 && cursor.left > 0; rest--) variableInteger(cursor);
}
