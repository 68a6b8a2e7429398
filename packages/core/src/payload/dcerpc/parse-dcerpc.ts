import { ByteCursor } from '../byte-cursor.ts';
import { hex } from '../byte-text.ts';
import type { DceRpcFacts } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';

const HEADER_BYTES = 16;
/** Types of connection-oriented fragments (C706, chapter 12.6.4; MS-RPCE, section 2.2.2). */
const TYPES: Readonly<Record<number, DceRpcFacts['message']>> = {
  0: 'request',
  2: 'response',
  3: 'fault',
  11: 'bind',
  12: 'bind-ack',
  13: 'other',
  14: 'bind',
  15: 'bind-ack',
  16: 'other',
  17: 'other',
  18: 'other',
  19: 'other',
};

/**
 * Fragments of DCE/RPC over TCP at the beginning of a stream: the interfaces of a bind (of a change of context too), the operation
 * of a request. Empty: no DCE/RPC.
 */
export function parseDceRpc(stream: Uint8Array): readonly DceRpcFacts[] {
  const facts: DceRpcFacts[] = [];
  for (let at = 0; at + HEADER_BYTES <= stream.length && facts.length < PAYLOAD_LIMITS.dceRpcFragments; ) {
    if (!isHeader(stream, at)) break;
    const isLittle = (stream[at + 4]! & 0x10) !== 0;
    const length = isLittle ? stream[at + 8]! | (stream[at + 9]! << 8) : (stream[at + 8]! << 8) | stream[at + 9]!;
    if (length < HEADER_BYTES) break;
    const message = TYPES[stream[at + 2]!]!;
    facts.push(readFragment(message, new ByteCursor(stream, at + HEADER_BYTES, at + length), isLittle));
    at += length;
  }
  return facts;
}

/** Whether a stream that is too short yet may become DCE/RPC. */
export function mayBecomeDceRpc(stream: Uint8Array): boolean {
  return stream.length > 0 && stream.length < HEADER_BYTES && isHeader(stream, 0);
}

/** Version 5.0 or 5.1, a known type, and a data representation that exists; bytes that are not there fit. */
function isHeader(stream: Uint8Array, at: number): boolean {
  const byte = (index: number, fits: (value: number) => boolean) =>
    at + index >= stream.length || fits(stream[at + index]!);
  return (
    byte(0, (version) => version === 5) &&
    byte(1, (minor) => minor <= 1) &&
    byte(2, (type) => Object.hasOwn(TYPES, type)) &&
    byte(4, (order) => order === 0x10 || order === 0x00 || order === 0x01 || order === 0x11) &&
    byte(5, (floats) => floats <= 3) &&
    byte(6, (reserved) => reserved === 0) &&
    byte(7, (reserved) => reserved === 0)
  );
}

function readFragment(message: DceRpcFacts['message'], cursor: ByteCursor, isLittle: boolean): DceRpcFacts {
  if (message === 'bind') return { protocol: 'dcerpc', message, interfaces: readInterfaces(cursor, isLittle) };
  if (message !== 'request') return { protocol: 'dcerpc', message, interfaces: [] };
  cursor.skip(6);
  const operation = isLittle ? cursor.u16le() : cursor.u16();
  return { protocol: 'dcerpc', message, interfaces: [], ...(cursor.isCut ? {} : { operation }) };
}

/** Abstract syntaxes, each once. */
function readInterfaces(cursor: ByteCursor, isLittle: boolean): string[] {
  cursor.skip(8);
  const count = Math.min(cursor.u8(), PAYLOAD_LIMITS.dceRpcContexts);
  cursor.skip(3);
  const found = new Set<string>();
  for (let index = 0; index < count && cursor.left >= 24; index++) {
    cursor.skip(2);
    const transferSyntaxes = cursor.u8();
    cursor.skip(1);
    found.add(uuidText(cursor.take(16), isLittle));
    cursor.skip(4 + transferSyntaxes * 20);
  }
  return [...found];
}

function uuidText(bytes: Uint8Array, isLittle: boolean): string {
  const field = (from: number, to: number) => {
    const part = Uint8Array.from(bytes.subarray(from, to));
    return hex(isLittle ? part.reverse() : part);
  };
  return `${field(0, 4)}-${field(4, 6)}-${field(6, 8)}-${hex(bytes.subarray(8, 10))}-${hex(bytes.subarray(10, 16))}`;
}
