/** What fields are, by their own name and those of their types: docs/reference/programs.md#conventions. */
import type { Btf, BtfType } from '@netguard/libbpf';

export const CONVENTIONS = [
  'ipv4_be',
  'ipv4',
  'ipv6',
  'port_be',
  'be',
  'cgroup_id',
  'pid',
  'pid_tgid',
  'ns',
  'us',
  'ms',
  'text',
  'mac',
  'hex',
  'number',
  'label',
  'log2',
] as const;

/** What a user may call a field; besides these there are those that only types tell. */
export type Convention = (typeof CONVENTIONS)[number];
export type Meaning = Convention | 'bool' | 'enum';

/** Everything that is known of a field when its meaning is asked for. */
export interface FieldType {
  /** Its own name, the names of its typedefs, the tag of its struct; in that order. */
  readonly names: readonly string[];
  /** Behind typedefs and qualifiers. */
  readonly type: BtfType;
  /** Bytes. */
  readonly size: number;
}

/** Names of integers that say nothing of what they count. */
const PLAIN = /^([us](8|16|32|64|128)|u?int(8|16|32|64)|[bl]e(16|32|64)|s?size|bool|kernel_\w+)$/;
const IPV6 = /(^|_)(ipv6|ip6|in6|v6|addr6|[sd]?addr_v6|in6_addr)($|_)/;
const IPV4_BE = /(^|_)(ipv4|ip4|v4)_be$/;
const IPV4 = /(^|_)(ipv4|ip4)$/;
const ADDRESS = /addr|(^|_)ip($|_)/;
const CGROUP = /(^|_)(cgroup_?id|cgrp_?id|cgid|cgroup)$/;
const PID = /(^|_)(pid|tgid|tid)$/;
const MAC = /(^|_)(mac|h_source|h_dest|eth_addr)($|_)/;
const TEXT = /(^|_)(comm|name|text|path|str|string|ifname)$/;
const LOG2 = /(^|_)(slots|hist|histogram|log2)$/;
const TIME: readonly (readonly [RegExp, Meaning])[] = [
  [/(^|_)(ns|nsec|nsecs|nanoseconds|ktime)$/, 'ns'],
  [/(^|_)(us|usec|usecs|microseconds)$/, 'us'],
  [/(^|_)(ms|msec|msecs|milliseconds)$/, 'ms'],
];

const WRAPPERS: ReadonlySet<BtfType['kind']> = new Set(['typedef', 'const', 'volatile', 'restrict', 'type_tag']);

/** The type with the names on the way to it. `names` are those that the field itself has. */
export function fieldType(btf: Btf, typeId: number, names: readonly string[]): FieldType {
  const all = [...names];
  let type = btf.typeById(typeId);
  for (let depth = 0; depth < 32 && WRAPPERS.has(type.kind); depth++) {
    if (type.kind === 'typedef') all.push(type.name);
    if (!('typeId' in type)) break;
    type = btf.typeById(type.typeId);
  }
  if (type.name !== '' && (type.kind === 'struct' || type.kind === 'union')) all.push(type.name);
  return { names: all.map(plainName), type: btf.resolve(typeId), size: btf.sizeOf(typeId) };
}

/** Without the underscores before it, and the `_t` that typedefs have. */
function plainName(name: string): string {
  return name.replace(/^_+/, '').replace(/_t$/, '').toLowerCase();
}

/** A name of a typedef that says more than the width of a number. */
export function tellingName({ names }: FieldType): string | undefined {
  return names.find((name) => name !== '' && !PLAIN.test(name));
}

/** What a field is; undefined for a struct, union or array without a meaning of its own: its parts are looked at. */
export function meaningOf(btf: Btf, field: FieldType): Meaning | undefined {
  const { type, size, names } = field;
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  switch (type.kind) {
    case 'struct':
    case 'union':
      if (size === 16 && has(IPV6)) return 'ipv6';
      return size === 4 && names.includes('in_addr') ? 'ipv4_be' : undefined;
    case 'array':
      return arrayMeaning(btf, field, has);
    case 'enum':
    case 'enum64':
      return 'enum';
    case 'ptr':
      return 'hex';
    case 'int':
      if (type.bool) return 'bool';
      return size === 16 && has(IPV6) ? 'ipv6' : integerMeaning(field, has);
    default:
      return 'number';
  }
}

function arrayMeaning(btf: Btf, { type, size }: FieldType, has: (pattern: RegExp) => boolean): Meaning | undefined {
  if (type.kind !== 'array') return undefined;
  const element = btf.resolve(type.elementId);
  if (element.kind === 'int' && size === 16 && (has(IPV6) || (has(ADDRESS) && !element.char))) return 'ipv6';
  if (has(LOG2) && element.kind === 'int' && element.size >= 4) return 'log2';
  if (element.kind !== 'int' || element.size !== 1 || element.bool) return undefined;
  if (size === 4 && (has(ADDRESS) || has(IPV4) || has(IPV4_BE))) return 'ipv4_be';
  if (size === 6 && has(MAC)) return 'mac';
  return element.char || has(TEXT) ? 'text' : 'hex';
}

function integerMeaning({ size, names }: FieldType, has: (pattern: RegExp) => boolean): Meaning {
  const isBigEndian = names.some((name) => /^be(16|32|64)$/.test(name));
  if (size === 4 && (has(IPV4_BE) || (isBigEndian && has(ADDRESS)))) return 'ipv4_be';
  if (size === 4 && has(IPV4)) return 'ipv4';
  if (size === 2 && (has(/port_be$/) || (isBigEndian && has(/port/)))) return 'port_be';
  if (size > 1 && (isBigEndian || has(/_be$/))) return 'be';
  if (size === 8 && has(/(^|_)pid_tgid$/)) return 'pid_tgid';
  if (size === 8 && has(CGROUP)) return 'cgroup_id';
  if (size === 4 && has(PID)) return 'pid';
  return TIME.find(([pattern]) => has(pattern))?.[1] ?? 'number';
}

/** Whether a map with this name and a bare number as value is a histogram, by slot. */
export function isHistogramName(name: string): boolean {
  return LOG2.test(name.toLowerCase());
}
