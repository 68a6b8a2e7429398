import { readFileSync } from 'node:fs';
import { type BtfSource, decodeType } from './btf-decode.ts';
import {
  BTF_KINDS,
  BTF_TAILS,
  type BtfComposite,
  type BtfEnum,
  type BtfFuncProto,
  type BtfKind,
  type BtfType,
  type BtfTypeOf,
} from './btf-types.ts';
import { elfSection, isElf } from './elf.ts';
import { BpfError, nearestName } from './errors.ts';

const MAGIC = 0xeb9f;
const POINTER_BYTES = 8;
/** Types may nest; a chain longer than this is a loop. */
const MAX_DEPTH = 32;

/**
 * The types of a BPF object or of a kernel, parsed in TypeScript: neither libbpf nor a privilege is needed. Opening builds an
 * index of offsets only; each type is decoded when it is first asked for.
 */
export class Btf {
  readonly #words: Uint32Array;
  readonly #strings: Uint8Array;
  readonly #offsets: Uint32Array;
  readonly #decoded = new Map<number, BtfType>();
  readonly #found = new Map<string, BtfType | undefined>();
  readonly #source: BtfSource;
  /** Number of types, void included: ids run from 0 to typeCount - 1. */
  readonly typeCount: number;

  /** `raw` is BTF data alone. A copy is made when it is not aligned to 4 bytes. */
  private constructor(raw: Uint8Array) {
    const header = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    if (raw.length < 24 || header.getUint16(0, true) !== MAGIC)
      throw malformed('no BTF magic number (or foreign byte order)');
    const headerLength = header.getUint32(4, true);
    const typesAt = headerLength + header.getUint32(8, true);
    const typesLength = header.getUint32(12, true);
    const stringsAt = headerLength + header.getUint32(16, true);
    const stringsLength = header.getUint32(20, true);
    if (typesAt + typesLength > raw.length || stringsAt + stringsLength > raw.length)
      throw malformed('it is cut short');
    const start = raw.byteOffset + typesAt;
    const types =
      start % 4 === 0 ? raw.subarray(typesAt, typesAt + typesLength) : raw.slice(typesAt, typesAt + typesLength);
    this.#words = new Uint32Array(types.buffer, types.byteOffset, typesLength >>> 2);
    this.#strings = raw.subarray(stringsAt, stringsAt + stringsLength);
    this.#offsets = indexTypes(this.#words);
    this.typeCount = this.#offsets.length;
    this.#decoded.set(0, { kind: 'void', id: 0, name: 'void' });
    this.#source = { words: this.#words, string: (offset) => this.#string(offset), sizeOf: (id) => this.sizeOf(id) };
  }

  /** Parses raw BTF, or the `.BTF` section of an ELF file. Throws LIBBPF_ERR_BTF. */
  static parse(bytes: Uint8Array): Btf {
    if (!isElf(bytes)) return new Btf(bytes);
    const section = elfSection(bytes, '.BTF');
    if (!section) throw malformed('the ELF file has no .BTF section; compile with -g');
    return new Btf(section);
  }

  /** Reads an object file or raw BTF such as /sys/kernel/btf/vmlinux. */
  static fromFile(path: string): Btf {
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(path);
    } catch (cause) {
      throw new BpfError(
        'LIBBPF_ERR_BTF',
        `reading BTF of ${path}`,
        cause instanceof Error ? cause.message : String(cause),
        { cause },
      );
    }
    return Btf.parse(bytes);
  }

  /** The type with this id. Throws LIBBPF_ERR_BTF when there is none. */
  typeById(id: number): BtfType {
    const known = this.#decoded.get(id);
    if (known) return known;
    if (!Number.isInteger(id) || id < 0 || id >= this.typeCount) throw malformed(`type ${id} does not exist`);
    const type = decodeType(this.#source, id, this.#offsets[id]!);
    this.#decoded.set(id, type);
    return type;
  }

  /** The first type of that name, and of that kind if one is given. */
  findByName<K extends BtfKind>(name: string, kind?: K): BtfTypeOf<K> | undefined {
    const key = `${kind ?? ''} ${name}`;
    if (!this.#found.has(key)) this.#found.set(key, this.#search(name, kind));
    return this.#found.get(key) as BtfTypeOf<K> | undefined;
  }

  /** As findByName, but throws LIBBPF_ERR_NOT_FOUND naming the nearest. */
  getByName<K extends BtfKind>(name: string, kind?: K): BtfTypeOf<K> {
    const type = this.findByName(name, kind);
    if (type) return type;
    const near = nearestName(name, this.names(kind));
    throw new BpfError('LIBBPF_ERR_NOT_FOUND', `finding ${kind ?? 'type'} ${name} in BTF`, 'it is not there', {
      ...(near ? { hint: `The nearest name is ${near}` } : {}),
    });
  }

  /** Names of all types, or of those of one kind; anonymous ones are left out. */
  *names(kind?: BtfKind): IterableIterator<string> {
    const wanted = kind === undefined ? -1 : BTF_KINDS.indexOf(kind);
    for (let id = 1; id < this.typeCount; id++) {
      const at = this.#offsets[id]!;
      if (wanted >= 0 && ((this.#words[at + 1]! >>> 24) & 0x1f) !== wanted) continue;
      const name = this.#string(this.#words[at]!);
      if (name) yield name;
    }
  }

  /** Follows typedef, const, volatile, restrict and type tags to the type behind them. */
  resolve(id: number): BtfType {
    let type = this.typeById(id);
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      switch (type.kind) {
        case 'typedef':
        case 'const':
        case 'volatile':
        case 'restrict':
        case 'type_tag':
          type = this.typeById(type.typeId);
          break;
        default:
          return type;
      }
    }
    throw malformed(`type ${id} refers to itself`);
  }

  /** Bytes that a value of this type takes; 0 for what has no size (void, functions). */
  sizeOf(id: number): number {
    return this.#sizeOf(id, 0);
  }

  /** The layout of a struct or union, by type id (through typedefs) or by name. */
  layout(type: number | string): BtfComposite {
    const found = typeof type === 'number' ? this.resolve(type) : this.#compositeByName(type);
    if (found.kind === 'struct' || found.kind === 'union') return found;
    throw new BpfError(
      'LIBBPF_ERR_VALUE',
      `reading the layout of type ${type}`,
      `it is a ${found.kind}, not a struct or union`,
    );
  }

  /** Enumerators of an enum, by type id or name. */
  enumValues(type: number | string): BtfEnum['values'] {
    const found =
      typeof type === 'number' ? this.resolve(type) : (this.findByName(type, 'enum') ?? this.getByName(type, 'enum64'));
    if (found.kind === 'enum' || found.kind === 'enum64') return found.values;
    throw new BpfError('LIBBPF_ERR_VALUE', `reading the values of type ${type}`, `it is a ${found.kind}, not an enum`);
  }

  /** Prototype of a function; of a `btf_trace_*` typedef too, whose first parameter is the tracer's own context. */
  funcProto(name: string): BtfFuncProto | undefined {
    const named = this.findByName(name, 'func') ?? this.findByName(name, 'typedef');
    if (!named) return undefined;
    let type = this.resolve(named.typeId);
    if (type.kind === 'ptr') type = this.resolve(type.typeId);
    return type.kind === 'func_proto' ? type : undefined;
  }

  #compositeByName(name: string): BtfType {
    const found = this.findByName(name, 'struct') ?? this.findByName(name, 'union');
    if (found) return found;
    const typedef = this.findByName(name, 'typedef');
    return typedef ? this.resolve(typedef.typeId) : this.getByName(name, 'struct');
  }

  #sizeOf(id: number, depth: number): number {
    if (depth > MAX_DEPTH) throw malformed(`type ${id} contains itself`);
    const at = this.#offsets[id];
    if (at === undefined) throw malformed(`type ${id} does not exist`);
    if (id === 0) return 0;
    const kind = BTF_KINDS[(this.#words[at + 1]! >>> 24) & 0x1f]!;
    switch (kind) {
      case 'int':
      case 'float':
      case 'struct':
      case 'union':
      case 'enum':
      case 'enum64':
      case 'datasec':
        return this.#words[at + 2]!;
      case 'ptr':
        return POINTER_BYTES;
      case 'array':
        return this.#words[at + 5]! * this.#sizeOf(this.#words[at + 3]!, depth + 1);
      case 'typedef':
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'type_tag':
      case 'var':
        return this.#sizeOf(this.#words[at + 2]!, depth + 1);
      default:
        return 0;
    }
  }

  /** Compares bytes rather than strings: a kernel has 150,000 types and one search should not make as many strings. */
  #search(name: string, kind: BtfKind | undefined): BtfType | undefined {
    const wanted = new TextEncoder().encode(`${name}\0`);
    const first = wanted[0]!;
    const kindNumber = kind === undefined ? -1 : BTF_KINDS.indexOf(kind);
    const strings = this.#strings;
    for (let id = 1; id < this.typeCount; id++) {
      const at = this.#offsets[id]!;
      const start = this.#words[at]!;
      if (strings[start] !== first) continue;
      if (kindNumber >= 0 && ((this.#words[at + 1]! >>> 24) & 0x1f) !== kindNumber) continue;
      let length = 1;
      while (length < wanted.length && strings[start + length] === wanted[length]) length++;
      if (length === wanted.length) return this.typeById(id);
    }
    return undefined;
  }

  #string(offset: number): string {
    const end = this.#strings.indexOf(0, offset);
    if (end < 0) throw malformed(`string ${offset} does not exist`);
    return end === offset
      ? ''
      : Buffer.from(this.#strings.buffer, this.#strings.byteOffset + offset, end - offset).toString('utf8');
  }
}

/** Word offset of every type; index 0 stands for void. */
function indexTypes(words: Uint32Array): Uint32Array {
  const offsets = new Uint32Array(Math.floor(words.length / 3) + 1);
  let count = 1;
  let at = 0;
  while (at < words.length) {
    const info = words[at + 1]!;
    const tail = BTF_TAILS[(info >>> 24) & 0x1f];
    if (!tail) throw malformed(`type ${count} is of a kind that is newer than this parser (${(info >>> 24) & 0x1f})`);
    offsets[count++] = at;
    at += 3 + ((tail[0] + tail[1] * (info & 0xffff)) >>> 2);
  }
  if (at !== words.length) throw malformed('the last type is cut short');
  return offsets.subarray(0, count);
}

function malformed(why: string): BpfError {
  return new BpfError('LIBBPF_ERR_BTF', 'parsing BTF', why);
}
