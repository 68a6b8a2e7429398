/** For tests only: maps of types that are written down, filled through libbpf's codec as a kernel program would fill them. */
import { type BpfValue, Btf, codecFor, MAP_TYPE } from '@netguard/libbpf';
import { BtfBuilder } from '../../../../../libbpf/test/btf-builder.ts';
import type { ReadableMap } from '../types.ts';

export type CType =
  | { readonly kind: 'int'; readonly bytes: 1 | 2 | 4 | 8; readonly signed?: boolean; readonly bool?: boolean }
  | { readonly kind: 'char'; readonly length: number }
  | { readonly kind: 'array'; readonly of: CType; readonly length: number }
  | { readonly kind: 'struct'; readonly name?: string; readonly fields: Readonly<Record<string, CType>> }
  | { readonly kind: 'enum'; readonly values: Readonly<Record<string, number>> }
  | { readonly kind: 'typedef'; readonly name: string; readonly of: CType };

export const u8: CType = { kind: 'int', bytes: 1 };
export const u16: CType = { kind: 'int', bytes: 2 };
export const u32: CType = { kind: 'int', bytes: 4 };
export const u64: CType = { kind: 'int', bytes: 8 };
export const s64: CType = { kind: 'int', bytes: 8, signed: true };
export const bool: CType = { kind: 'int', bytes: 1, bool: true };
export const typedef = (name: string, of: CType): CType => ({ kind: 'typedef', name, of });
export const struct = (fields: Readonly<Record<string, CType>>, name = ''): CType => ({ kind: 'struct', name, fields });
export const array = (of: CType, length: number): CType => ({ kind: 'array', of, length });
export const be32: CType = typedef('__be32', u32);
export const be16: CType = typedef('__be16', u16);
export const in6: CType = struct({ s6_addr: array(u8, 16) }, 'in6_addr');

interface Placed {
  readonly id: number;
  readonly size: number;
}

function place(builder: BtfBuilder, type: CType): Placed {
  switch (type.kind) {
    case 'int':
      return { id: builder.int('', type.bytes, (type.signed ? 1 : 0) | (type.bool ? 4 : 0)), size: type.bytes };
    case 'char':
      return { id: builder.array(builder.int('char', 1, 2), type.length), size: type.length };
    case 'enum':
      return { id: builder.enumeration('', type.values), size: 4 };
    case 'typedef': {
      const { id, size } = place(builder, type.of);
      return { id: builder.typedef(type.name, id), size };
    }
    case 'array': {
      const { id, size } = place(builder, type.of);
      return { id: builder.array(id, type.length), size: size * type.length };
    }
    case 'struct': {
      let size = 0;
      const members = Object.entries(type.fields).map(([name, field]) => {
        const placed = place(builder, field);
        const member = [name, placed.id, size * 8] as const;
        size += placed.size;
        return member;
      });
      return { id: builder.composite('struct', type.name ?? '', size, members), size };
    }
  }
}

export interface TypedMap extends ReadableMap {
  set(key: BpfValue, value: BpfValue): void;
  delete(key: BpfValue): void;
}

/** `value` of a per-CPU map is an array. What is set is written and read again by the codec of its type. */
export function typedMap(
  name: string,
  key: CType,
  value: CType,
  { type = MAP_TYPE.HASH as number, maxEntries = 1024 } = {},
): TypedMap {
  const builder = new BtfBuilder();
  const [keyPlace, valuePlace] = [place(builder, key), place(builder, value)];
  const btf = Btf.parse(builder.bytes());
  const isPerCpu = type === MAP_TYPE.PERCPU_HASH || type === MAP_TYPE.PERCPU_ARRAY;
  const through = (id: number, of: BpfValue): BpfValue => {
    const codec = codecFor(btf, id);
    const view = new DataView(new ArrayBuffer(codec.size));
    codec.write(view, 0, of);
    return codec.read(view, 0);
  };
  const entries = new Map<string, [BpfValue, BpfValue]>();
  const keyText = (of: BpfValue) => JSON.stringify(of, (_, part) => (typeof part === 'bigint' ? `${part}n` : part));
  return {
    ...{ name, type, btf, maxEntries },
    keyType: btf.typeById(keyPlace.id),
    valueType: btf.typeById(valuePlace.id),
    entries: () => entries.values(),
    set(of, to) {
      const written =
        isPerCpu && Array.isArray(to) ? to.map((one) => through(valuePlace.id, one)) : through(valuePlace.id, to);
      entries.set(keyText(of), [through(keyPlace.id, of), written]);
    },
    delete: (of) => void entries.delete(keyText(of)),
  };
}
