import { type BpfValue, type Codec, unfit } from './value.ts';

/** A little-endian integer of 1, 2, 4, 8 or 16 bytes. */
export function integerCodec(size: number, signed: boolean, path: string): Codec {
  const bits = BigInt(size * 8);
  const low = signed ? -(1n << (bits - 1n)) : 0n;
  const high = (1n << (signed ? bits - 1n : bits)) - 1n;
  const small = (value: BpfValue): number => Number(checkedInteger(value, low, high, path));
  const big = (value: BpfValue): bigint => BigInt(checkedInteger(value, low, high, path));
  switch (size) {
    case 1:
      return {
        size,
        read: signed ? (view, offset) => view.getInt8(offset) : (view, offset) => view.getUint8(offset),
        write: (view, offset, value) => view.setInt8(offset, small(value)),
      };
    case 2:
      return {
        size,
        read: signed ? (view, offset) => view.getInt16(offset, true) : (view, offset) => view.getUint16(offset, true),
        write: (view, offset, value) => view.setInt16(offset, small(value), true),
      };
    case 4:
      return {
        size,
        read: signed ? (view, offset) => view.getInt32(offset, true) : (view, offset) => view.getUint32(offset, true),
        write: (view, offset, value) => view.setInt32(offset, small(value), true),
      };
    case 8:
      return {
        size,
        read: signed ? readI64 : readU64,
        write: (view, offset, value) => view.setBigInt64(offset, big(value), true),
      };
    case 16:
      return {
        size,
        read(view, offset) {
          const upper = signed ? view.getBigInt64(offset + 8, true) : view.getBigUint64(offset + 8, true);
          return narrow((upper << 64n) | view.getBigUint64(offset, true));
        },
        write(view, offset, value) {
          const wide = big(value);
          view.setBigUint64(offset, wide & 0xffff_ffff_ffff_ffffn, true);
          view.setBigInt64(offset + 8, wide >> 64n, true);
        },
      };
    default:
      throw unfit(path, `integers of ${size} bytes are not supported`);
  }
}

/** `bits` bits from bit `shift` of the first byte on, low bits first. */
export function bitFieldCodec(shift: number, bits: number, signed: boolean, path: string): Codec {
  const bytes = Math.ceil((shift + bits) / 8);
  const mask = (1n << BigInt(bits)) - 1n;
  const low = signed ? -(1n << BigInt(bits - 1)) : 0n;
  const high = signed ? (1n << BigInt(bits - 1)) - 1n : mask;
  const load = (view: DataView, offset: number): bigint => {
    let raw = 0n;
    for (let at = bytes - 1; at >= 0; at--) raw = (raw << 8n) | BigInt(view.getUint8(offset + at));
    return raw;
  };
  return {
    size: bytes,
    read(view, offset) {
      const raw = (load(view, offset) >> BigInt(shift)) & mask;
      return narrow(signed ? BigInt.asIntN(bits, raw) : raw);
    },
    write(view, offset, value) {
      const field = BigInt(checkedInteger(value, low, high, path)) & mask;
      let raw = (load(view, offset) & ~(mask << BigInt(shift))) | (field << BigInt(shift));
      for (let at = 0; at < bytes; at++, raw >>= 8n) view.setUint8(offset + at, Number(raw & 0xffn));
    },
  };
}

function readU64(view: DataView, offset: number): number | bigint {
  const high = view.getUint32(offset + 4, true);
  return high < 0x20_0000 ? high * 0x1_0000_0000 + view.getUint32(offset, true) : view.getBigUint64(offset, true);
}

function readI64(view: DataView, offset: number): number | bigint {
  const high = view.getInt32(offset + 4, true);
  if (high < 0x20_0000 && high >= -0x20_0000) {
    const value = high * 0x1_0000_0000 + view.getUint32(offset, true);
    if (Number.isSafeInteger(value)) return value;
  }
  return view.getBigInt64(offset, true);
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function checkedInteger(value: BpfValue, low: bigint, high: bigint, path: string): number | bigint {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) throw unfit(path, `${value} is not an integer`);
    if (value < low || value > high) throw unfit(path, `${value} is outside ${low} to ${high}`);
    return value;
  }
  if (typeof value !== 'bigint') throw unfit(path, `a ${typeof value} is not an integer`);
  if (value < low || value > high) throw unfit(path, `${value} is outside ${low} to ${high}`);
  return value;
}
