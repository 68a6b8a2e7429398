import { TYPE } from '../../dns/record-types.ts';
import type { DnsFacts, DnsQuestion, DnsRecord } from '../facts.ts';
import { PAYLOAD_LIMITS as LIMITS } from '../limits.ts';
import { DnsReader } from './dns-reader.ts';
import { recordData } from './record-data.ts';

const HEADER_BYTES = 12;
/** The shortest question (root, type, class) and record (root, type, class, TTL, length). */
const QUESTION_BYTES = 5;
const RECORD_BYTES = 11;
/** Query, inverse query, status, notify, update, DSO (IANA, DNS OpCodes). */
const OPCODES: ReadonlySet<number> = new Set([0, 1, 2, 4, 5, 6]);
/** IN, CH, HS, NONE, ANY; mDNS has its highest bit for other ends (RFC 6762, section 18). */
const CLASSES: ReadonlySet<number> = new Set([1, 3, 4, 254, 255]);
const CLASS_BITS = 0x7fff;

/**
 * A DNS or mDNS message (RFC 1035, 6891, 6762), as far as it was sampled: `unread` says why something is missing.
 * @param bytes the message from its first byte; on TCP without the length before it
 * @param messageBytes its size on the wire, at least `bytes.length`
 * @returns undefined when it is no DNS: an opcode that is none, counts that cannot fit, a first question or record that is none
 */
export function parseDns(bytes: Uint8Array, messageBytes: number): DnsFacts | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const reader = new DnsReader(bytes, 0);
  const [id, flags] = [reader.number(2), reader.number(2)];
  const counts = [reader.number(2), reader.number(2), reader.number(2), reader.number(2)] as const;
  const opcode = (flags >>> 11) & 15;
  const isResponse = (flags & 0x8000) !== 0;
  if (!OPCODES.has(opcode) || !canFit(counts, messageBytes)) return undefined;

  const questions = readQuestions(reader, counts[0]);
  const answers = readRecords(reader, counts[1], messageBytes, 0);
  const authorities = readRecords(reader, counts[2], messageBytes, answers.length);
  const additionals = readRecords(reader, counts[3], messageBytes, answers.length + authorities.length);
  const first = questions[0] ?? answers[0] ?? authorities[0] ?? additionals[0];
  const isBareError = isResponse && messageBytes === HEADER_BYTES && (flags & 15) !== 0;
  if (first === undefined ? !isBareError : !isKnownClass(first)) return undefined;

  const edns = additionals.find(({ type }) => type === TYPE.OPT);
  return {
    protocol: 'dns',
    message: isResponse ? 'response' : 'query',
    id,
    opcode,
    rcode: (edns === undefined ? 0 : Math.floor(edns.ttlSeconds / 0x1000000) * 16) + (flags & 15),
    truncated: (flags & 0x0200) !== 0,
    questions,
    answers,
    authorities,
    additionals,
    messageBytes,
    ...(edns !== undefined && { ednsBytes: edns.class }),
    ...(reader.stop !== undefined && { unread: reader.stop }),
    bytes,
  };
}

function canFit([questions, ...records]: readonly [number, number, number, number], messageBytes: number): boolean {
  const count = records.reduce((sum, value) => sum + value, 0);
  return HEADER_BYTES + questions * QUESTION_BYTES + count * RECORD_BYTES <= messageBytes;
}

function isKnownClass({ type, class: ofWhat }: DnsQuestion): boolean {
  return type === TYPE.OPT || CLASSES.has(ofWhat & CLASS_BITS);
}

function readQuestions(reader: DnsReader, count: number): DnsQuestion[] {
  const questions: DnsQuestion[] = [];
  while (questions.length < count) {
    if (questions.length === LIMITS.dnsQuestions) reader.fail('limit');
    const question = readQuestion(reader);
    if (question === undefined) break;
    questions.push(question);
  }
  return questions;
}

function readQuestion(reader: DnsReader): DnsQuestion | undefined {
  const name = reader.name();
  const [type, ofWhat] = [reader.number(2), reader.number(2)];
  return name === undefined || reader.stop !== undefined ? undefined : { name, type, class: ofWhat };
}

function readRecords(reader: DnsReader, count: number, messageBytes: number, before: number): DnsRecord[] {
  const records: DnsRecord[] = [];
  while (records.length < count && reader.stop === undefined) {
    if (before + records.length === LIMITS.dnsRecords) reader.fail('limit');
    const record = readRecord(reader, messageBytes);
    if (record === undefined) break;
    records.push(record);
  }
  return records;
}

function readRecord(reader: DnsReader, messageBytes: number): DnsRecord | undefined {
  const question = readQuestion(reader);
  const [ttlSeconds, dataBytes] = [reader.number(4), reader.number(2)];
  if (question === undefined || reader.stop !== undefined) return undefined;
  const end = reader.at + dataBytes;
  if (end > messageBytes) return reader.fail('malformed');
  const data = recordData(reader, question.type, end);
  reader.at = end;
  if (end > reader.bytes.length) reader.fail('cut');
  return { ...question, ttlSeconds, data, dataBytes };
}
