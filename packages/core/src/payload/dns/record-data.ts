import { formatAddress } from '../../address.ts';
import { latin1 } from '../latin1.ts';
import type { DnsReader } from './dns-reader.ts';
import { DNS_TYPES as TYPES } from './record-types.ts';
import { serviceBinding } from './service-binding.ts';

/** Reads data from `reader.at` to `end`. Undefined or a stop: it is not what its type says. */
type DataReader = (reader: DnsReader, end: number) => string | undefined;

const READERS = new Map<number, DataReader>([
  [TYPES.A, (reader, end) => address(reader, end, 4)],
  [TYPES.AAAA, (reader, end) => address(reader, end, 16)],
  [TYPES.NS, (reader) => reader.name()],
  [TYPES.CNAME, (reader) => reader.name()],
  [TYPES.PTR, (reader) => reader.name()],
  [TYPES.DNAME, (reader) => reader.name()],
  [TYPES.MX, (reader) => `${reader.number(2)} ${reader.name()}`],
  [TYPES.SRV, (reader) => `${numbers(reader, 2, 3)} ${reader.name()}`],
  [TYPES.SOA, (reader) => `${reader.name()} ${reader.name()} ${numbers(reader, 4, 5)}`],
  [TYPES.TXT, strings],
  [TYPES.SPF, strings],
  [TYPES.NULL, raw],
  [TYPES.IODINE_PRIVATE, raw],
  [TYPES.CAA, authorization],
  [TYPES.SVCB, serviceBinding],
  [TYPES.HTTPS, serviceBinding],
]);

/** Types of which a part is worth having: their data is whatever somebody put there. */
const OPAQUE: ReadonlySet<number> = new Set([TYPES.TXT, TYPES.SPF, TYPES.NULL, TYPES.IODINE_PRIVATE]);

/**
 * Data of a record as text, in the order of its fields with a space between. Empty for types that nobody reads and for data
 * that its type does not allow; of text that is cut off, what is there.
 * @param reader stands at the data, and stands anywhere afterwards
 * @param end where the data ends by its length; the sample may end before
 */
export function recordData(reader: DnsReader, type: number, end: number): string {
  const read = READERS.get(type);
  const sampled = Math.min(end, reader.bytes.length);
  if (read === undefined || (sampled < end && !OPAQUE.has(type))) return '';
  const text = read(reader, sampled);
  const { stop } = reader;
  // What is wrong within the data is bounded by its length: the next record can be read.
  if (stop !== 'limit') reader.stop = undefined;
  return text === undefined || stop !== undefined || reader.at > end ? '' : text;
}

const mapped = new Uint8Array(16);

function address(reader: DnsReader, end: number, size: 4 | 16): string | undefined {
  if (end - reader.at !== size) return undefined;
  mapped.fill(0, 0, 10);
  mapped.fill(255, 10, 12);
  for (let index = 0; index < size; index++) mapped[16 - size + index] = reader.number(1);
  return formatAddress(mapped, 0);
}

function numbers(reader: DnsReader, size: number, count: number): string {
  const values: number[] = [];
  for (let index = 0; index < count; index++) values.push(reader.number(size));
  return values.join(' ');
}

/** Character strings (RFC 1035, section 3.3.14), one after the other. */
function strings(reader: DnsReader, end: number): string {
  let text = '';
  while (reader.at < end) {
    const from = reader.at + 1;
    const to = Math.min(end, from + reader.bytes[reader.at]!);
    text += latin1(reader.bytes, from, to);
    reader.at = to;
  }
  return text;
}

function raw(reader: DnsReader, end: number): string {
  const text = latin1(reader.bytes, reader.at, end);
  reader.at = end;
  return text;
}

/** CAA (RFC 8659): flags, tag, value in quotes. */
function authorization(reader: DnsReader, end: number): string | undefined {
  const flags = reader.number(1);
  const length = reader.number(1);
  const value = reader.at + length;
  if (value > end) return undefined;
  const text = `${flags} ${latin1(reader.bytes, reader.at, value)} "${latin1(reader.bytes, value, end)}"`;
  reader.at = end;
  return text;
}
