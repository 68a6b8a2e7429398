import { formatAddress } from '../../address.ts';
import { latin1 } from '../latin1.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import type { DnsReader } from './dns-reader.ts';

/** SvcParamKeys (RFC 9460, section 14.3.2; `dohpath` of RFC 9461) by number. */
const KEYS = ['mandatory', 'alpn', 'no-default-alpn', 'port', 'ipv4hint', 'ech', 'ipv6hint', 'dohpath'] as const;

/**
 * SVCB and HTTPS (RFC 9460): priority, target (`.` for the owner), then parameters: `1 . alpn=h2,h3 port=8443 ech`. Those whose
 * value nobody reads stand there by their key alone, unknown ones as `keyNNN`.
 */
export function serviceBinding(reader: DnsReader, end: number): string | undefined {
  const priority = reader.number(2);
  const target = reader.name();
  if (target === undefined) return undefined;
  const words = [String(priority), target === '' ? '.' : target];
  for (let count = 0; reader.at < end && count < PAYLOAD_LIMITS.dnsServiceParameters; count++) {
    const key = reader.number(2);
    const length = reader.number(2);
    const valueEnd = reader.at + length;
    if (reader.stop !== undefined || valueEnd > end) return undefined;
    const value = parameterValue(reader.bytes, key, reader.at, valueEnd);
    const name = KEYS[key] ?? `key${key}`;
    words.push(value === '' ? name : `${name}=${value}`);
    reader.at = valueEnd;
  }
  return words.join(' ');
}

function parameterValue(bytes: Uint8Array, key: number, from: number, to: number): string {
  switch (KEYS[key]) {
    case 'alpn':
      return protocols(bytes, from, to);
    case 'port':
      return to - from === 2 ? String(bytes[from]! * 256 + bytes[from + 1]!) : '';
    case 'ipv4hint':
      return addresses(bytes, from, to, 4);
    case 'ipv6hint':
      return addresses(bytes, from, to, 16);
    case 'dohpath':
      return latin1(bytes, from, to);
  }
  return '';
}

function protocols(bytes: Uint8Array, from: number, to: number): string {
  const names: string[] = [];
  for (let at = from; at < to; at += 1 + bytes[at]!) {
    names.push(latin1(bytes, at + 1, Math.min(to, at + 1 + bytes[at]!)));
  }
  return names.join(',');
}

function addresses(bytes: Uint8Array, from: number, to: number, size: 4 | 16): string {
  const texts: string[] = [];
  const mapped = new Uint8Array(16);
  for (let at = from; at + size <= to; at += size) {
    mapped.fill(255, 10, 12);
    mapped.set(bytes.subarray(at, at + size), 16 - size);
    texts.push(formatAddress(mapped, 0));
  }
  return texts.join(',');
}
