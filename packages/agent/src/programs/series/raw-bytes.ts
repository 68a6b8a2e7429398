import type { BpfValue } from '@netguard/libbpf';

/**
 * The bytes of a field as they lie in memory (little-endian, as libbpf reads numbers): of a number `size` of them, of an array
 * all its elements, of a struct or union its first member that has so many. Undefined when it is none of these.
 */
export function rawBytes(value: BpfValue | undefined, size: number, depth = 0): Uint8Array | undefined {
  if (value === undefined || depth > 8) return undefined;
  if (value instanceof Uint8Array) return value.length === size ? value : undefined;
  if (typeof value === 'number' || typeof value === 'bigint') return numberBytes(value, size);
  if (Array.isArray(value)) return arrayBytes(value, size);
  if (typeof value !== 'object') return undefined;
  for (const member of Object.values(value)) {
    const bytes = rawBytes(member, size, depth + 1);
    if (bytes !== undefined) return bytes;
  }
  return undefined;
}

function numberBytes(value: number | bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let rest = BigInt.asUintN(size * 8, BigInt(Number.isInteger(value) || typeof value === 'bigint' ? value : 0));
  for (let at = 0; at < size; at++) {
    bytes[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

function arrayBytes(values: readonly BpfValue[], size: number): Uint8Array | undefined {
  if (values.length === 0 || size % values.length !== 0) return undefined;
  const each = size / values.length;
  const bytes = new Uint8Array(size);
  for (const [index, value] of values.entries()) {
    if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
    bytes.set(numberBytes(value, each), index * each);
  }
  return bytes;
}

export function hexText(bytes: Uint8Array, separator = ''): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(separator);
}
