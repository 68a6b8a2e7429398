import { formatAddress } from '../../address.ts';
import { IODINE_PRIVATE, TYPE } from '../../dns/record-types.ts';
import { latin1 } from '../latin1.ts';
import type { DnsReader } from './dns-reader.ts';
import { serviceBinding } from './service-binding.ts';

/** Reads data from `reader.at` to `end`. Undefined or a stop: it is not what its type says. */
type DataReader = (reader: DnsReader, end: number) => string | undefined;

const READERS = new Map<number, DataReader>([
  [TYPE.A, (reader, end) => address(reader, end, 4)],
  [TYPE.AAAA, (reader, end) => address(reader, end, 16)],
  [TYPE.NS, (reader) => reader.name()],
  [TYPE.CNAME, (reader) => reader.name()],
  [TYPE.PTR, (reader) => reader.name()],
  [TYPE.DNAME, (reader) => reader.name()],
  [TYPE.MX, (reader) => `${reader.number(2)} ${reader.name()}`],
  [TYPE.SRV, (reader) => `${numbers(reader, 2, 3)} ${reader.name()}`],
  [TYPE.SOA, (reader) => `${reader.name()} ${reader.name()} ${numbers(reader, 4, 5)}`],
  [TYPE.TXT, strings],
  [TYPE.SPF, strings],
  [TYPE.NULL, raw],
  [IODINE_PRIVATE, raw],
  [TYPE.CAA, authorization],
  [TYPE.SVCB, serviceBinding],
  [TYPE.HTTPS, serviceBinding],
]);

/** Types of which a part is worth having: their data is whatever somebody put there. */
const OPAQUE: ReadonlySet<number> = new Set([TYPE.TXT, TYPE.SPF, TYPE.NULL, IODINE_PRIVATE]);

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
