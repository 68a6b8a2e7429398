/** Makes BTF by hand, so that the parser can be tested without a compiler. Every method returns the id of the type it adds. */
export class BtfBuilder {
  readonly #strings = new Map<string, number>([['', 0]]);
  #text = '\0';
  readonly #words: number[] = [];
  #types = 0;

  string(text: string): number {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    const offset = new TextEncoder().encode(this.#text).length;
    this.#strings.set(text, offset);
    this.#text += `${text}\0`;
    return offset;
  }

  /** `third` is the size or type word. */
  type(name: string, kind: number, third: number, tail: readonly number[] = [], vlen = 0, kindFlag = 0): number {
    this.#words.push(this.string(name), ((kindFlag << 31) | (kind << 24) | vlen) >>> 0, third, ...tail);
    this.#types++;
    return this.#types;
  }

  int(name: string, size: number, flags = 0, bits = size * 8): number {
    return this.type(name, 1, size, [(flags << 24) | bits]);
  }

  pointer(to: number): number {
    return this.type('', 2, to);
  }

  array(element: number, length: number): number {
    return this.type('', 3, 0, [element, 1, length]);
  }

  /** Members: [name, type id, bit offset, bit-field width]. */
  composite(
    kind: 'struct' | 'union',
    name: string,
    size: number,
    members: readonly (readonly [string, number, number, number?])[],
  ): number {
    const bitFields = members.some((member) => member[3] !== undefined);
    const tail = members.flatMap(([member, type, offset, width]) => {
      return [this.string(member), type, bitFields ? ((width ?? 0) << 24) | offset : offset];
    });
    return this.type(name, kind === 'struct' ? 4 : 5, size, tail, members.length, bitFields ? 1 : 0);
  }

  enumeration(name: string, values: Readonly<Record<string, number>>, signed = false): number {
    const tail = Object.entries(values).flatMap(([key, value]) => [this.string(key), value >>> 0]);
    return this.type(name, 6, 4, tail, tail.length / 2, signed ? 1 : 0);
  }

  enumeration64(name: string, values: Readonly<Record<string, bigint>>, signed = false): number {
    const tail = Object.entries(values).flatMap(([key, value]) => {
      return [this.string(key), Number(value & 0xffff_ffffn), Number((value >> 32n) & 0xffff_ffffn)];
    });
    return this.type(name, 19, 8, tail, tail.length / 3, signed ? 1 : 0);
  }

  typedef(name: string, to: number): number {
    return this.type(name, 8, to);
  }

  funcProto(result: number, parameters: readonly (readonly [string, number])[]): number {
    const tail = parameters.flatMap(([name, type]) => [this.string(name), type]);
    return this.type('', 13, result, tail, parameters.length);
  }

  bytes(): Uint8Array {
    const strings = new TextEncoder().encode(this.#text);
    const types = this.#words.length * 4;
    const out = new Uint8Array(24 + types + strings.length);
    const view = new DataView(out.buffer);
    view.setUint16(0, 0xeb9f, true);
    view.setUint8(2, 1);
    for (const [index, word] of [24, 0, types, types, strings.length].entries())
      view.setUint32(4 + index * 4, word, true);
    for (const [index, word] of this.#words.entries()) view.setUint32(24 + index * 4, word >>> 0, true);
    out.set(strings, 24 + types);
    return out;
  }
}

/** An ELF file with nothing but the sections given and their names. */
export function elfWith(sections: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const names = `\0${[...Object.keys(sections), '.shstrtab'].join('\0')}\0`;
  const all = [...Object.entries(sections), ['.shstrtab', new TextEncoder().encode(names)] as const];
  const bodies = all.reduce((total, [, body]) => total + body.length, 0);
  const out = new Uint8Array(64 + bodies + 64 * (all.length + 1));
  const view = new DataView(out.buffer);
  out.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setBigUint64(0x28, BigInt(64 + bodies), true);
  view.setUint16(0x3a, 64, true);
  view.setUint16(0x3c, all.length + 1, true);
  view.setUint16(0x3e, all.length, true);
  let at = 64;
  for (const [index, [name, body]] of all.entries()) {
    const header = 64 + bodies + 64 * (index + 1);
    view.setUint32(header, names.indexOf(`\0${name}\0`) + 1, true);
    view.setUint32(header + 4, 1, true);
    view.setBigUint64(header + 24, BigInt(at), true);
    view.setBigUint64(header + 32, BigInt(body.length), true);
    out.set(body, at);
    at += body.length;
  }
  return out;
}
