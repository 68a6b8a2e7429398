import type { Btf } from './btf.ts';
import type { BtfArray, BtfComposite, BtfEnum, BtfInt } from './btf-types.ts';
import { bitFieldCodec, integerCodec } from './codec-integer.ts';
import { BpfError, nearestName } from './errors.ts';
import { type BpfValue, type Codec, unfit } from './value.ts';

/**
 * The codec of a BTF type:
 *
 * - integers up to 32 bits, bit-fields, enums: number (an enum can also be written by name); 64-bit ones: number when it is
 *   safe, else bigint; bool: boolean; pointers: bigint; float, double: number
 * - struct: object with its members, those of anonymous members among them; missing members are written as zero
 * - union: object with every member, each read from the same bytes; only the members given are written
 * - char[]: string up to the first NUL; other one-byte arrays: Uint8Array (a copy); other arrays: Array
 */
export function codecFor(btf: Btf, typeId: number): Codec {
  return build(btf, typeId, '', 0);
}

function build(btf: Btf, typeId: number, path: string, depth: number): Codec {
  if (depth > 32) throw new BpfError('LIBBPF_ERR_BTF', `making a codec of type ${typeId}`, 'it contains itself');
  const type = btf.resolve(typeId);
  switch (type.kind) {
    case 'int':
      return intCodec(type, path);
    case 'enum':
    case 'enum64':
      return enumCodec(type, path);
    case 'float':
      return floatCodec(type.size, path);
    case 'ptr':
      return pointerCodec(path);
    case 'array':
      return arrayCodec(btf, type, path, depth);
    case 'struct':
    case 'union':
      return compositeCodec(btf, type, path, depth);
    case 'var':
      return build(btf, type.typeId, path, depth + 1);
    default:
      throw new BpfError('LIBBPF_ERR_VALUE', `making a codec of type ${typeId}`, `a ${type.kind} has no value`);
  }
}

function intCodec(type: BtfInt, path: string): Codec {
  if (type.bool) {
    return {
      size: type.size,
      read: (view, offset) => view.getUint8(offset) !== 0,
      write: (view, offset, value) => view.setUint8(offset, value === true || value === 1 || value === 1n ? 1 : 0),
    };
  }
  return integerCodec(type.size, type.signed, path);
}

function enumCodec(type: BtfEnum, path: string): Codec {
  const integer = integerCodec(type.size, type.signed, path);
  return {
    size: type.size,
    read: integer.read,
    write(view, offset, value) {
      if (typeof value !== 'string') return integer.write(view, offset, value);
      const number = type.values.get(value);
      if (number === undefined) {
        const near = nearestName(value, type.values.keys());
        throw unfit(path, `enum ${type.name} has no ${value}`, near && `The nearest name is ${near}`);
      }
      integer.write(view, offset, number);
    },
  };
}

function floatCodec(size: number, path: string): Codec {
  const number = (value: BpfValue): number => {
    if (typeof value === 'number') return value;
    throw unfit(path, `a ${typeof value} is not a number`);
  };
  if (size === 4) {
    return {
      size,
      read: (view, offset) => view.getFloat32(offset, true),
      write: (view, offset, value) => view.setFloat32(offset, number(value), true),
    };
  }
  if (size !== 8) throw unfit(path, `floating point numbers of ${size} bytes are not supported`);
  return {
    size,
    read: (view, offset) => view.getFloat64(offset, true),
    write: (view, offset, value) => view.setFloat64(offset, number(value), true),
  };
}

function pointerCodec(path: string): Codec {
  const integer = integerCodec(8, false, path);
  return { size: 8, read: (view, offset) => view.getBigUint64(offset, true), write: integer.write };
}

function arrayCodec(btf: Btf, type: BtfArray, path: string, depth: number): Codec {
  const element = btf.resolve(type.elementId);
  const { length } = type;
  if (element.kind === 'int' && element.size === 1 && !element.bool) {
    return element.char ? charArrayCodec(length, path) : byteArrayCodec(length, path);
  }
  const each = build(btf, type.elementId, `${path}[]`, depth + 1);
  return {
    size: each.size * length,
    read: (view, offset) => Array.from({ length }, (_, index) => each.read(view, offset + index * each.size)),
    write(view, offset, value) {
      if (!Array.isArray(value) || value.length > length)
        throw unfit(path, `an array of at most ${length} is expected`);
      zero(view, offset, each.size * length);
      for (const [index, item] of value.entries()) each.write(view, offset + index * each.size, item);
    },
  };
}

/** A field of bytes with no meaning known: map keys and values without BTF too. */
export function byteArrayCodec(size: number, path = ''): Codec {
  return {
    size,
    read: (view, offset) => new Uint8Array(view.buffer, view.byteOffset + offset, size).slice(),
    write(view, offset, value) {
      if (!(value instanceof Uint8Array || Array.isArray(value)) || value.length > size) {
        throw unfit(path, `a Uint8Array of at most ${size} bytes is expected`);
      }
      zero(view, offset, size);
      new Uint8Array(view.buffer, view.byteOffset + offset, size).set(value as ArrayLike<number>);
    },
  };
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

function charArrayCodec(size: number, path: string): Codec {
  return {
    size,
    read: (view, offset) => cstring(new Uint8Array(view.buffer, view.byteOffset + offset, size), 0, size),
    write(view, offset, value) {
      const bytes = typeof value === 'string' ? encoder.encode(value) : value;
      if (!(bytes instanceof Uint8Array) || bytes.length > size)
        throw unfit(path, `a string of at most ${size} bytes is expected`);
      zero(view, offset, size);
      new Uint8Array(view.buffer, view.byteOffset + offset, size).set(bytes);
    },
  };
}

/** The UTF-8 string at `offset`, up to its NUL or `maxLength` bytes. Short ASCII, such as a `comm`, takes no decoder. */
export function cstring(bytes: Uint8Array, offset = 0, maxLength: number = bytes.length - offset): string {
  const limit = Math.min(bytes.length, offset + maxLength);
  let text = '';
  for (let at = offset; at < limit; at++) {
    const byte = bytes[at]!;
    if (byte === 0) return text;
    if (byte > 0x7f || at - offset >= 64) {
      const end = bytes.subarray(offset, limit).indexOf(0);
      return decoder.decode(bytes.subarray(offset, end < 0 ? limit : offset + end));
    }
    text += String.fromCharCode(byte);
  }
  return text;
}

interface Field {
  readonly name: string;
  readonly offset: number;
  readonly codec: Codec;
}

function compositeCodec(btf: Btf, type: BtfComposite, path: string, depth: number): Codec {
  const fields = [...flatten(btf, type, path, 0, depth)];
  const names = new Set(fields.map((field) => field.name));
  const { size } = type;
  return {
    size,
    read(view, offset) {
      const value: { [member: string]: BpfValue } = {};
      for (const field of fields) value[field.name] = field.codec.read(view, offset + field.offset);
      return value;
    },
    write(view, offset, value) {
      if (typeof value !== 'object' || Array.isArray(value) || value instanceof Uint8Array) {
        throw unfit(path, `an object with the members of ${type.kind} ${type.name} is expected`);
      }
      for (const name of Object.keys(value)) {
        if (names.has(name)) continue;
        const near = nearestName(name, names);
        throw unfit(path, `${type.kind} ${type.name} has no member ${name}`, near && `The nearest name is ${near}`);
      }
      zero(view, offset, size);
      for (const field of fields) {
        const member = value[field.name];
        if (member !== undefined) field.codec.write(view, offset + field.offset, member);
      }
    },
  };
}

/** Named members with their offset from the outermost struct; an anonymous member's members stand in its place, as in C. */
function* flatten(btf: Btf, type: BtfComposite, path: string, base: number, depth: number): Generator<Field> {
  for (const member of type.members) {
    const inner = btf.resolve(member.type);
    const memberPath = path ? `${path}.${member.name}` : member.name;
    if (!member.name && (inner.kind === 'struct' || inner.kind === 'union')) {
      yield* flatten(btf, inner, path, base + member.byteOffset, depth + 1);
    } else if (member.bitSize > 0) {
      const signed = (inner.kind === 'int' || inner.kind === 'enum' || inner.kind === 'enum64') && inner.signed;
      const unit = Math.floor(member.bitOffset / 8);
      const codec = bitFieldCodec(member.bitOffset - unit * 8, member.bitSize, signed, memberPath);
      yield { name: member.name, offset: base + unit, codec };
    } else if (member.name) {
      yield {
        name: member.name,
        offset: base + member.byteOffset,
        codec: build(btf, member.type, memberPath, depth + 1),
      };
    }
  }
}

function zero(view: DataView, offset: number, size: number): void {
  new Uint8Array(view.buffer, view.byteOffset + offset, size).fill(0);
}
