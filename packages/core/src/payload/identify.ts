import type { ApplicationFacts } from './facts.ts';
import { PAYLOAD_LIMITS } from './limits.ts';
import { PAYLOAD_PARSERS, type PayloadParser } from './parsers.ts';
import { QuicHello } from './quic/quic-hello.ts';
import { parseQuicInitial } from './quic/quic-initial.ts';
import { unknownFacts } from './unknown.ts';
import { isUsualPort, needsUsualPort } from './usual-ports.ts';

/** One direction of a conversation from its first byte, as far as it was sampled without a gap; or one datagram. */
export interface Beginning {
  readonly bytes: Uint8Array;
  /** Of the datagram on the wire; of a stream those that were sent so far. */
  readonly wireLength: number;
  readonly transport: 'TCP' | 'UDP';
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** The client sent it; undefined when nobody knows which end began. */
  readonly toServer: boolean | undefined;
  /** No more of this direction will be sampled: what is cut is told as it is, what nobody knows as unknown. */
  readonly isLast: boolean;
}

/** What is remembered of one direction from one sample to the next. Made and kept with the conversation; bounded. */
export interface IdentifyMemory {
  /** Which parser knew the beginning: with more bytes it is asked alone. */
  parser: PayloadParser | undefined;
  /** The hello of a QUIC client until it is whole. */
  quic: QuicHello | undefined;
}

export function identifyMemory(): IdentifyMemory {
  return { parser: undefined, quic: undefined };
}

/**
 * What the beginning of one direction is, by its first bytes; ports only decide between parsers that both know it. It is asked
 * again with each sample, of a stream from the first byte on, and goes through three states:
 *
 * - waiting: `undefined`. Nothing is known and something can still become of it: fewer bytes than a signature takes, or a line of
 *   text without its end. Also while the only message is not whole.
 * - known: the messages that are whole, the same ones first each time, so whoever tells each once counts them. The last one,
 *   where it is cut, follows when it is whole, or as it is with `isLast`.
 * - unknown: one UnknownFacts, once no parser can know it, or with `isLast`. It stays so unless more bytes make it known.
 *
 * Datagrams each stand for themselves: they are never waited for, but the hello of QUIC is put together in `memory`.
 * Never throws; linear in the bytes.
 */
export function identifyApplication(
  beginning: Beginning,
  memory: IdentifyMemory = identifyMemory(),
): readonly ApplicationFacts[] | undefined {
  const { bytes, transport, toServer, isLast } = beginning;
  if (bytes.length === 0) return undefined;
  const found = transport === 'UDP' ? identifyDatagram(beginning, memory) : findFacts(beginning, memory);
  if (found.length > 0) {
    const whole = isLast || transport === 'UDP' || !isCut(found.at(-1)!) ? found : found.slice(0, -1);
    return whole.length === 0 ? undefined : whole;
  }
  if (transport === 'TCP' && !isLast && mayBecomeKnown(bytes)) return undefined;
  return [unknownFacts(bytes, toServer)];
}

function identifyDatagram(beginning: Beginning, memory: IdentifyMemory): readonly ApplicationFacts[] {
  if ((beginning.bytes[0]! & 0x80) !== 0) {
    memory.quic ??= new QuicHello();
    const initial = parseQuicInitial(beginning.bytes, memory.quic, beginning.isLast);
    if (initial !== undefined) return [initial];
    if (memory.quic.isUntouched) memory.quic = undefined;
  }
  return findFacts(beginning, memory);
}

function findFacts(beginning: Beginning, memory: IdentifyMemory): readonly ApplicationFacts[] {
  const { bytes, wireLength, toServer } = beginning;
  const known = memory.parser?.parse(bytes, wireLength, toServer) ?? [];
  if (known.length > 0) return known;
  let first: readonly ApplicationFacts[] = [];
  for (const parser of PAYLOAD_PARSERS) {
    if (parser.transport !== 'both' && parser.transport !== beginning.transport) continue;
    const isUsual = isUsualPort(parser.name, beginning.sourcePort, beginning.destinationPort);
    if (!isUsual && (first.length > 0 || needsUsualPort(parser.name))) continue;
    const facts = parser.parse(bytes, wireLength, toServer);
    if (facts.length === 0) continue;
    first = facts;
    memory.parser = parser;
    if (isUsual) break;
  }
  return first;
}

/** Whether more bytes may say more of it. */
function isCut(fact: ApplicationFacts): boolean {
  switch (fact.protocol) {
    case 'tls':
      return 'isCut' in fact && fact.isCut === true;
    case 'http':
      return !fact.isComplete;
    case 'stratum':
    case 'http2':
      return fact.isCut === true;
    case 'dns':
      return fact.unread === 'cut';
    default:
      return false;
  }
}

function mayBecomeKnown(bytes: Uint8Array): boolean {
  if (bytes.length < PAYLOAD_LIMITS.signatureBytes) return true;
  return isOpenLine(bytes) || PAYLOAD_PARSERS.some((parser) => parser.mayBecome?.(bytes) === true);
}

/** Text without the end of its first line. */
function isOpenLine(bytes: Uint8Array): boolean {
  return (
    bytes.length < PAYLOAD_LIMITS.lineBytes && bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x09)
  );
}
