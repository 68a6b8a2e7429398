/** A type of BTF, as include/uapi/linux/btf.h has it; ids refer to other types of the same Btf, 0 is void. */
export type BtfType =
  | { readonly kind: 'void'; readonly id: 0; readonly name: 'void' }
  | BtfInt
  | { readonly kind: 'float'; readonly id: number; readonly name: string; readonly size: number }
  | { readonly kind: 'ptr'; readonly id: number; readonly name: ''; readonly typeId: number }
  | BtfArray
  | BtfComposite
  | BtfEnum
  | { readonly kind: 'fwd'; readonly id: number; readonly name: string; readonly union: boolean }
  | BtfModifier
  | {
      readonly kind: 'func';
      readonly id: number;
      readonly name: string;
      readonly typeId: number;
      readonly linkage: number;
    }
  | BtfFuncProto
  | {
      readonly kind: 'var';
      readonly id: number;
      readonly name: string;
      readonly typeId: number;
      readonly linkage: number;
    }
  | BtfDatasec
  | BtfDeclTag;

export type BtfKind = BtfType['kind'];
export type BtfTypeOf<K extends BtfKind> = BtfType & { readonly kind: K };

export interface BtfInt {
  readonly kind: 'int';
  readonly id: number;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly bits: number;
  readonly signed: boolean;
  readonly char: boolean;
  readonly bool: boolean;
}

export interface BtfArray {
  readonly kind: 'array';
  readonly id: number;
  readonly name: '';
  readonly elementId: number;
  readonly indexId: number;
  readonly length: number;
}

export interface BtfComposite {
  readonly kind: 'struct' | 'union';
  readonly id: number;
  /** '' for an anonymous one. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly members: readonly BtfMember[];
}

export interface BtfMember {
  /** '' for an anonymous struct or union, whose members belong to the enclosing one. */
  readonly name: string;
  /** Type id. */
  readonly type: number;
  /** floor(bitOffset / 8). */
  readonly byteOffset: number;
  /** Bits from the start of the struct. */
  readonly bitOffset: number;
  /** Width of a bit-field, 0 for an ordinary member. */
  readonly bitSize: number;
  /** Bytes of the member's type (for a bit-field: of its declared type); 0 when it has no size. */
  readonly size: number;
}

export interface BtfEnum {
  readonly kind: 'enum' | 'enum64';
  readonly id: number;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly signed: boolean;
  /** In order of declaration; a bigint only beyond 2^53. */
  readonly values: ReadonlyMap<string, number | bigint>;
}

export interface BtfModifier {
  readonly kind: 'typedef' | 'volatile' | 'const' | 'restrict' | 'type_tag';
  readonly id: number;
  readonly name: string;
  readonly typeId: number;
}

export interface BtfFuncProto {
  readonly kind: 'func_proto';
  readonly id: number;
  readonly name: '';
  readonly returnId: number;
  readonly parameters: readonly { readonly name: string; readonly typeId: number }[];
}

export interface BtfDatasec {
  readonly kind: 'datasec';
  readonly id: number;
  readonly name: string;
  readonly size: number;
  /** Type ids of `var` types with where they lie in the section, bytes. */
  readonly variables: readonly { readonly typeId: number; readonly offset: number; readonly size: number }[];
}

export interface BtfDeclTag {
  readonly kind: 'decl_tag';
  readonly id: number;
  readonly name: string;
  readonly typeId: number;
  readonly componentIndex: number;
}

/** By number; the order of BTF_KIND_*. */
export const BTF_KINDS: readonly BtfKind[] = [
  'void',
  'int',
  'ptr',
  'array',
  'struct',
  'union',
  'enum',
  'fwd',
  'typedef',
  'volatile',
  'const',
  'restrict',
  'func',
  'func_proto',
  'var',
  'datasec',
  'float',
  'decl_tag',
  'type_tag',
  'enum64',
];

/** Bytes after the 12-byte head of a type: `fixed`, and `each` for every one of its vlen elements. */
export const BTF_TAILS: readonly (readonly [fixed: number, each: number])[] = [
  [0, 0],
  [4, 0],
  [0, 0],
  [12, 0],
  [0, 12],
  [0, 12],
  [0, 8],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 8],
  [4, 0],
  [0, 12],
  [0, 0],
  [4, 0],
  [0, 0],
  [0, 12],
];
