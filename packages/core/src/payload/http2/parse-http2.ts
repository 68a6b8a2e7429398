import type { Http2Facts } from '../facts.ts';
import { startsWith } from '../starts-with.ts';
import { FRAME_HEADER_BYTES, FRAMES, frameAt, type HeaderBlock, headerBlocks } from './frame.ts';
import { HpackDecoder } from './hpack-decoder.ts';

/** RFC 9113, section 3.4. */
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const SETTING_BYTES = 6;
/** Settings that anybody sends in one frame; 8 are registered. */
const MOST_SETTINGS = 64;

/**
 * A direction of HTTP/2 in the clear from the beginning of its connection: settings, then each request or response whose header
 * block begins in the sample. HPACK's dynamic table is empty at first, so blocks are read in full as long as none before them
 * is missing; of one that is cut off the fields that are there. Trailers are left out.
 * @returns empty when it begins neither with the client's preface nor with a server's SETTINGS
 */
export function parseHttp2(stream: Uint8Array): Http2Facts[] {
  const start = startsWith(stream, PREFACE) ? PREFACE.length : 0;
  if (start === 0 && !beginsWithSettings(stream)) return [];
  const facts: Http2Facts[] = [{ protocol: 'http2', message: 'settings', headers: [] }];
  const decoder = new HpackDecoder();
  for (const block of headerBlocks(stream, start)) {
    const headers = decoder.decode(join(block));
    const message = messageOf(headers);
    const isCut = !block.isWhole || !decoder.isUsable;
    if (message !== undefined) facts.push({ protocol: 'http2', message, headers, ...(isCut && { isCut }) });
    if (isCut) break;
  }
  return facts;
}

function beginsWithSettings(stream: Uint8Array): boolean {
  const frame = frameAt(stream, 0);
  if (frame?.type !== FRAMES.SETTINGS || frame.streamId !== 0 || frame.flags !== 0) return false;
  const bytes = frame.to - FRAME_HEADER_BYTES;
  return bytes % SETTING_BYTES === 0 && bytes / SETTING_BYTES <= MOST_SETTINGS;
}

function messageOf(headers: Http2Facts['headers']): 'request' | 'response' | undefined {
  for (const [name] of headers) {
    if (name === ':method' || name === ':path' || name === ':authority') return 'request';
    if (name === ':status') return 'response';
  }
  return undefined;
}

function join({ parts }: HeaderBlock): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const block = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    block.set(part, at);
    at += part.length;
  }
  return block;
}
