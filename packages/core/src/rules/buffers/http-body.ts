import { brotliDecompressSync, constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { RULE_RUN_LIMITS } from '../limits.ts';
import { type HttpView, headerOf } from './http-view.ts';

const EMPTY = new Uint8Array(0);

/** A body as `file.data` has it: chunks joined, content encoding removed, both as far as the sample goes. */
export function decodedBody(view: HttpView): Uint8Array | undefined {
  const { body } = view;
  if (body === undefined || body.length === 0) return undefined;
  const isChunked = /\bchunked\b/i.test(headerOf(view, 'transfer-encoding') ?? '');
  const whole = isChunked ? joinChunks(body) : body;
  const encodings = (headerOf(view, 'content-encoding') ?? '').toLowerCase().split(',', 3);
  let decoded = whole;
  for (const encoding of encodings.toReversed()) decoded = decompress(decoded, encoding.trim());
  return decoded.length === 0 ? undefined : decoded;
}

/** RFC 9112, section 7.1. What is no chunk any more ends it. */
export function joinChunks(body: Uint8Array): Uint8Array {
  const joined = new Uint8Array(body.length);
  let length = 0;
  for (let at = 0; at < body.length; ) {
    const line = body.indexOf(10, at);
    if (line < 0 || line - at > 256) break;
    const size = Number.parseInt(Buffer.from(body.subarray(at, line)).toString('latin1'), 16);
    if (!(size > 0)) break;
    const chunk = body.subarray(line + 1, Math.min(line + 1 + size, body.length));
    joined.set(chunk, length);
    length += chunk.length;
    at = line + 1 + size;
    if (body[at] === 13) at++;
    if (body[at] === 10) at++;
  }
  return joined.subarray(0, length);
}

const OPTIONS = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: RULE_RUN_LIMITS.bodyBytes };

function decompress(bytes: Uint8Array, encoding: string): Uint8Array {
  try {
    if (encoding === 'gzip' || encoding === 'x-gzip') return gunzipSync(bytes, OPTIONS);
    if (encoding === 'deflate') return inflateEither(bytes);
    if (encoding === 'br') {
      return brotliDecompressSync(bytes, {
        finishFlush: constants.BROTLI_OPERATION_FLUSH,
        maxOutputLength: RULE_RUN_LIMITS.bodyBytes,
      });
    }
    return bytes;
  } catch (error) {
    // More than may come of it: nothing is looked at. Not what its header says: it is looked at as it is, as in Suricata.
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? EMPTY : bytes;
  }
}

/** `deflate` is zlib's format, and raw deflate from servers that read the name otherwise. */
function inflateEither(bytes: Uint8Array): Uint8Array {
  const isZlib = (bytes[0]! & 15) === 8 && (bytes[0]! * 256 + bytes[1]!) % 31 === 0;
  return isZlib ? inflateSync(bytes, OPTIONS) : inflateRawSync(bytes, OPTIONS);
}
