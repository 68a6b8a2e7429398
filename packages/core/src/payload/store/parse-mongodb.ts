import { ByteCursor } from '../byte-cursor.ts';
import { isPrintable } from '../byte-text.ts';
import type { StoreFacts } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { detailText, storeFacts } from './store-facts.ts';

/** Operations of the wire protocol (MongoDB manual, "MongoDB Wire Protocol"). */
const REPLY = 1;
const QUERY = 2004;
const COMPRESSED = 2012;
const MESSAGE = 2013;
const HEADER_BYTES = 16;

/**
 * MongoDB: the first message of a direction. `detail` is the command's name (`hello`, `find`, …) of a request, empty for an answer
 * and for what is compressed. Empty: no MongoDB.
 */
export function parseMongodb(stream: Uint8Array): readonly StoreFacts[] {
  const cursor = new ByteCursor(stream);
  const length = cursor.u32le();
  cursor.skip(4);
  const message = cursor.u32le() === 0 ? 'request' : 'response';
  const operation = cursor.u32le();
  if (cursor.left < 5 || length <= HEADER_BYTES || length > PAYLOAD_LIMITS.mongoMessageBytes) return [];
  const name = readOperation(operation, cursor);
  if (name === undefined) return [];
  return storeFacts('mongodb', message, message === 'request' ? name : '');
}

function readOperation(operation: number, cursor: ByteCursor): string | undefined {
  switch (operation) {
    case MESSAGE:
      /** Flag bits, of which three are given a meaning; then the kind of the first section. */
      if ((cursor.u32le() & ~0x10003) !== 0 || cursor.u8() !== 0) return undefined;
      return firstKey(cursor);
    case QUERY: {
      cursor.skip(4);
      const collection = cursor.until(0, PAYLOAD_LIMITS.storeTextBytes);
      if (collection === undefined || !isPrintable(collection) || !collection.includes(0x2e)) return undefined;
      cursor.skip(8);
      return firstKey(cursor);
    }
    case REPLY:
      cursor.skip(20);
      return firstKey(cursor);
    case COMPRESSED: {
      const original = cursor.u32le();
      return original === MESSAGE || original === QUERY || original === REPLY ? '' : undefined;
    }
    default:
      return undefined;
  }
}

/** The name of the first element of a BSON document: a command's name. */
function firstKey(cursor: ByteCursor): string | undefined {
  const length = cursor.u32le();
  const type = cursor.u8();
  if (length < 5 || length > PAYLOAD_LIMITS.mongoMessageBytes || (type > 0x13 && type !== 0x7f && type !== 0xff))
    return undefined;
  if (type === 0) return '';
  const key = cursor.until(0, PAYLOAD_LIMITS.storeTextBytes);
  return key !== undefined && isPrintable(key) ? detailText(key) : undefined;
}
