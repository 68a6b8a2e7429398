import type { BtfDatasec, BtfEnum, BtfFuncProto, BtfInt, BtfMember, BtfType } from './btf-types.ts';
import { BTF_KINDS } from './btf-types.ts';

/** What decoding one type needs of the whole. */
export interface BtfSource {
  readonly words: Uint32Array;
  string(offset: number): string;
  sizeOf(typeId: number): number;
}

/** Decodes the type whose head is at word `at`. */
export function decodeType(source: BtfSource, id: number, at: number): BtfType {
  const { words } = source;
  const info = words[at + 1]!;
  const kind = BTF_KINDS[(info >>> 24) & 0x1f]!;
  const name = source.string(words[at]!);
  const third = words[at + 2]!;
  switch (kind) {
    case 'void':
      return { kind, id: 0, name: 'void' };
    case 'int':
      return decodeInt(id, name, third, words[at + 3]!);
    case 'float':
      return { kind, id, name, size: third };
    case 'ptr':
      return { kind, id, name: '', typeId: third };
    case 'array':
      return { kind, id, name: '', elementId: words[at + 3]!, indexId: words[at + 4]!, length: words[at + 5]! };
    case 'struct':
    case 'union':
      return { kind, id, name, size: third, members: decodeMembers(source, at, info) };
    case 'enum':
    case 'enum64':
      return decodeEnum(source, kind, id, name, at);
    case 'fwd':
      return { kind, id, name, union: info >>> 31 === 1 };
    case 'typedef':
    case 'volatile':
    case 'const':
    case 'restrict':
    case 'type_tag':
      return { kind, id, name, typeId: third };
    case 'func':
      return { kind, id, name, typeId: third, linkage: info & 0xffff };
    case 'func_proto':
      return decodeFuncProto(source, id, at);
    case 'var':
      return { kind, id, name, typeId: third, linkage: words[at + 3]! };
    case 'datasec':
      return decodeDatasec(source, id, name, at);
    case 'decl_tag':
      return { kind, id, name, typeId: third, componentIndex: words[at + 3]! | 0 };
  }
}

function decodeInt(id: number, name: string, size: number, encoding: number): BtfInt {
  const flags = (encoding >>> 24) & 0xf;
  return {
    kind: 'int',
    id,
    name,
    size,
    bits: encoding & 0xff,
    signed: (flags & 1) !== 0,
    // No compiler sets the CHAR flag, so the name decides.
    char: (flags & 2) !== 0 || name === 'char',
    bool: (flags & 4) !== 0,
  };
}

function decodeMembers(source: BtfSource, at: number, info: number): BtfMember[] {
  const { words } = source;
  const hasBitFields = info >>> 31 === 1;
  return Array.from({ length: info & 0xffff }, (_, index) => {
    const member = at + 3 + index * 3;
    const type = words[member + 1]!;
    const packed = words[member + 2]!;
    const bitOffset = hasBitFields ? packed & 0xffffff : packed;
    const bitSize = hasBitFields ? packed >>> 24 : 0;
    const name = source.string(words[member]!);
    return { name, type, byteOffset: bitOffset >>> 3, bitOffset, bitSize, size: source.sizeOf(type) };
  });
}

function decodeEnum(source: BtfSource, kind: 'enum' | 'enum64', id: number, name: string, at: number): BtfEnum {
  const { words } = source;
  const info = words[at + 1]!;
  const signed = info >>> 31 === 1;
  const values = new Map<string, number | bigint>();
  const stride = kind === 'enum' ? 2 : 3;
  for (let index = 0; index < (info & 0xffff); index++) {
    const entry = at + 3 + index * stride;
    const low = words[entry + 1]!;
    const value = kind === 'enum' ? (signed ? low | 0 : low) : joinWords(low, words[entry + 2]!, signed);
    values.set(source.string(words[entry]!), value);
  }
  return { kind, id, name, size: words[at + 2]!, signed, values };
}

function joinWords(low: number, high: number, signed: boolean): number | bigint {
  const wide = (BigInt(signed ? high | 0 : high) << 32n) | BigInt(low);
  const narrow = Number(wide);
  return Number.isSafeInteger(narrow) ? narrow : wide;
}

function decodeFuncProto(source: BtfSource, id: number, at: number): BtfFuncProto {
  const { words } = source;
  const parameters = Array.from({ length: words[at + 1]! & 0xffff }, (_, index) => ({
    name: source.string(words[at + 3 + index * 2]!),
    typeId: words[at + 4 + index * 2]!,
  }));
  return { kind: 'func_proto', id, name: '', returnId: words[at + 2]!, parameters };
}

function decodeDatasec(source: BtfSource, id: number, name: string, at: number): BtfDatasec {
  const { words } = source;
  const variables = Array.from({ length: words[at + 1]! & 0xffff }, (_, index) => {
    const entry = at + 3 + index * 3;
    return { typeId: words[entry]!, offset: words[entry + 1]!, size: words[entry + 2]! };
  });
  return { kind: 'datasec', id, name, size: words[at + 2]!, variables };
}
