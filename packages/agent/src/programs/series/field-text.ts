/** A field as the text of a label. */
import { formatAddress } from '@netguard/core';
import type { BpfValue } from '@netguard/libbpf';
import { labelText } from '../../metrics/label-text.ts';
import type { FieldType, Meaning } from './conventions.ts';
import { hexText, rawBytes } from './raw-bytes.ts';

/** Longer byte strings are cut: they are no names. */
const MOST_BYTES = 64;
const PER_SECOND = { ns: 1e9, us: 1e6, ms: 1e3 } as const;

/** '' for what cannot be read as its meaning says. */
export function fieldText(value: BpfValue | undefined, meaning: Meaning, field: FieldType): string {
  if (value === undefined) return '';
  switch (meaning) {
    case 'ipv4_be':
      return ipv4Text(rawBytes(value, 4));
    case 'ipv4':
      return ipv4Text(rawBytes(value, 4)?.toReversed());
    case 'ipv6':
      return ipv6Text(rawBytes(value, 16));
    case 'port_be':
    case 'be':
      return String(swapped(value, field.size));
    case 'pid_tgid':
      return String(BigInt.asUintN(64, integer(value)) >> 32n);
    case 'ns':
    case 'us':
    case 'ms':
      return String(fieldNumber(value, meaning, field));
    case 'text':
      return labelText(textOf(value));
    case 'mac':
      return hexText(rawBytes(value, 6) ?? new Uint8Array(), ':');
    case 'hex':
      return hexOf(value);
    case 'bool':
      return String(value === true || value === 1);
    case 'enum':
      return enumText(value, field);
    default:
      return plainText(value);
  }
}

/** The number of a sample, times in seconds; NaN for what is none. */
export function fieldNumber(value: BpfValue | undefined, meaning: Meaning, field: FieldType): number {
  switch (typeof value) {
    case 'boolean':
      return value ? 1 : 0;
    case 'number':
    case 'bigint':
      if (meaning === 'be' || meaning === 'port_be') return Number(swapped(value, field.size));
      return Number(value) / (meaning in PER_SECOND ? PER_SECOND[meaning as keyof typeof PER_SECOND] : 1);
    default:
      return Number.NaN;
  }
}

export function ipv4Text(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : bytes.join('.');
}

/** As core writes addresses; a v4-mapped one is IPv4. */
export function ipv6Text(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : formatAddress(bytes, 0);
}

function swapped(value: BpfValue, size: number): bigint {
  const bytes = rawBytes(value, size) ?? new Uint8Array();
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function integer(value: BpfValue): bigint {
  return typeof value === 'bigint' ? value : typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : 0n;
}

const decoder = new TextDecoder();

function textOf(value: BpfValue): string {
  if (typeof value === 'string') return value;
  if (!(value instanceof Uint8Array)) return plainText(value);
  const end = value.indexOf(0);
  return decoder.decode(end < 0 ? value : value.subarray(0, end));
}

function hexOf(value: BpfValue): string {
  if (value instanceof Uint8Array) return hexText(value.subarray(0, MOST_BYTES));
  return typeof value === 'number' || typeof value === 'bigint' ? `0x${value.toString(16)}` : plainText(value);
}

function enumText(value: BpfValue, { type }: FieldType): string {
  if (type.kind === 'enum' || type.kind === 'enum64') {
    for (const [name, number] of type.values) if (number === value) return name;
  }
  return plainText(value);
}

function plainText(value: BpfValue): string {
  if (Array.isArray(value)) return value.slice(0, MOST_BYTES).map(plainText).join(',');
  if (value instanceof Uint8Array) return hexOf(value);
  return typeof value === 'object' ? '' : labelText(String(value));
}
