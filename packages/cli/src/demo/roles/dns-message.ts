/** A question as it came in (RFC 1035 §4.1): one name, type and class, which is all that resolvers send. */
export interface DnsQuestion {
  readonly id: number;
  readonly recursionDesired: boolean;
  /** Lower case, without the last dot. */
  readonly name: string;
  readonly type: number;
  /** Where the question section ends. */
  readonly end: number;
}

export const dnsType = { A: 1, AAAA: 28 } as const;
export const dnsRcode = { noError: 0, nxDomain: 3 } as const;

const headerBytes = 12;
const responseBit = 0x8000;
const authoritativeBit = 0x0400;
const recursionDesiredBit = 0x0100;
const recursionAvailableBit = 0x0080;

/** Undefined for what is no single plain question. */
export function parseQuestion(message: Buffer): DnsQuestion | undefined {
  if (message.length < headerBytes) return undefined;
  const flags = message.readUInt16BE(2);
  if (flags & responseBit || message.readUInt16BE(4) !== 1) return undefined;
  const labels: string[] = [];
  let at = headerBytes;
  for (;;) {
    const length = message[at];
    // Neither cut short nor a compression pointer, which a question cannot need.
    if (length === undefined || length > 63) return undefined;
    at += 1;
    if (length === 0) break;
    labels.push(message.toString('latin1', at, at + length).toLowerCase());
    at += length;
  }
  if (at + 4 > message.length) return undefined;
  return {
    id: message.readUInt16BE(0),
    recursionDesired: (flags & recursionDesiredBit) !== 0,
    name: labels.join('.'),
    type: message.readUInt16BE(at),
    end: at + 4,
  };
}

/** The answer to a question: its own header, the question again, and one A record an address. */
export function answer(
  message: Buffer,
  question: DnsQuestion,
  rcode: number,
  ips: readonly string[],
  ttlSeconds: number,
): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt16BE(question.id, 0);
  const desired = question.recursionDesired ? recursionDesiredBit : 0;
  header.writeUInt16BE(responseBit | authoritativeBit | recursionAvailableBit | desired | rcode, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(ips.length, 6);
  const records = ips.map((ip) => {
    const record = Buffer.alloc(16);
    // The name: a pointer to the question's.
    record.writeUInt16BE(0xc000 | headerBytes, 0);
    record.writeUInt16BE(dnsType.A, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(ttlSeconds, 6);
    record.writeUInt16BE(4, 10);
    ip.split('.').forEach((part, i) => {
      record[12 + i] = Number(part);
    });
    return record;
  });
  return Buffer.concat([header, message.subarray(headerBytes, question.end), ...records]);
}
