/** Fields that become labels. */
import { type BpfValue, MAP_TYPE } from '@netguard/libbpf';
import { ownValue } from '../own-value.ts';
import { tellingName } from './conventions.ts';
import { CGROUP_LABELS, type EndNames } from './end-names.ts';
import { fieldText, ipv4Text, ipv6Text } from './field-text.ts';
import { type Leaf, leavesOf } from './leaves.ts';
import { rawBytes } from './raw-bytes.ts';
import type { MapSpec } from './spec-schema.ts';
import type { ReadableMap } from './types.ts';

/** What a label names, for alerts: an address as it is, a cgroup together with the other labels of its `group`. */
export type LabelRole = { readonly kind: 'address' } | { readonly kind: 'cgroup'; readonly group: string };

/** One field and the labels that are made of it. */
export interface LabelMaker {
  /** As the YAML names the field. */
  readonly field: string;
  readonly names: readonly string[];
  readonly roles: readonly (LabelRole | undefined)[];
  readonly isDropped: boolean;
  /** One text for each of `names`. */
  make(of: BpfValue): readonly string[];
}

/** A map by slot of a histogram: which leaf of its key is the slot. */
export interface KeyPlan {
  readonly makers: readonly LabelMaker[];
  readonly slot: Leaf | undefined;
  readonly leftOut: number;
}

const SLOT = /^(slot|bucket)$/;
const INDEXED: ReadonlySet<number> = new Set([MAP_TYPE.ARRAY, MAP_TYPE.PERCPU_ARRAY]);

/** What the values are: `count`, of a slot that a field of the key names; `slot`, of one that is the whole key; else `other`. */
export type ValueShape = 'count' | 'slot' | 'other';

export function keyPlan(map: ReadableMap, spec: MapSpec, ends: EndNames, values: ValueShape): KeyPlan {
  const { btf, keyType, maxEntries, type, name } = map;
  if (type === MAP_TYPE.LPM_TRIE) {
    const prefix = prefixMaker(map, spec);
    if (prefix !== undefined) return { makers: [prefix], slot: undefined, leftOut: 0 };
  }
  if (keyType.kind === 'void')
    return { makers: isSingle(map) ? [] : [untypedMaker(spec)], slot: undefined, leftOut: 0 };
  const by = /_by_(\w+)$/.exec(name)?.[1];
  const asOf = (field: string) => ownValue(spec.labels, field === '' ? rootName : field)?.as;
  const [bare] = leavesOf(btf, keyType.id, by === undefined ? [] : [by]).leaves;
  const isIndex = INDEXED.has(type) && by === undefined;
  const rootName = isIndex ? 'index' : ((bare && tellingName(bare.field)) ?? 'key');
  const { leaves, leftOut } = leavesOf(btf, keyType.id, by === undefined ? [] : [by], asOf);
  const slot = leaves.find(({ name: field }) => {
    return (values === 'slot' && field === '') || (values !== 'other' && SLOT.test(field));
  });
  if (INDEXED.has(type) && maxEntries === 1) return { makers: [], slot: undefined, leftOut };
  const shown = leaves.filter((leaf) => leaf !== slot);
  const makers = shown.map((leaf) => labelMaker(leaf, rootName, spec, ends, shown));
  return { makers, slot, leftOut };
}

function isSingle({ type, maxEntries }: ReadableMap): boolean {
  return INDEXED.has(type) && maxEntries === 1;
}

/** `rootName` is what a key that is a bare number is called. `beside`: the fields of the same key or value. */
export function labelMaker(
  leaf: Leaf,
  rootName: string,
  spec: MapSpec,
  ends: EndNames,
  beside: readonly Leaf[],
): LabelMaker {
  const { meaning, field: type, take } = leaf;
  const own = leaf.name === '' ? rootName : leaf.name;
  const field = leaf.elements.length === 0 ? own : `${own}_${leaf.elements.join('_')}`;
  const { label, drop = false } = ownValue(spec.labels, own) ?? {};
  const shared = { field: own, isDropped: drop };
  if (meaning === 'cgroup_id') {
    const group = label === undefined ? field.replace(/_?(cgroup_?id|cgrp_?id|cgid|cgroup)$/, '') : label;
    const names = CGROUP_LABELS.map((name) => (group === '' || group === 'key' ? name : `${group}_${name}`));
    const role = { kind: 'cgroup', group: names[0] ?? '' } as const;
    return { ...shared, names, roles: [role, role, role], make: (of) => ends.cgroup(take(of)) };
  }
  if (meaning === 'pid' || meaning === 'pid_tgid') {
    const name = label ?? field.replace(/_tgid$/, '').replace(/^key$/, 'pid');
    const command = commandLabel(name);
    const pidOf = (of: BpfValue): string => fieldText(take(of), meaning, type);
    // What the program has noted itself is right also after the process has ended.
    if (beside.some((other) => other.name === command)) {
      return { ...shared, names: [name], roles: [undefined], make: (of) => [pidOf(of)] };
    }
    const make = (of: BpfValue): readonly string[] => {
      const pid = pidOf(of);
      return [pid, pid === '' ? '' : ends.command(Number(pid))];
    };
    return { ...shared, names: [name, command], roles: [undefined, undefined], make };
  }
  const isAddress = meaning === 'ipv4' || meaning === 'ipv4_be' || meaning === 'ipv6';
  const names = [
    label ??
      (isAddress || meaning === 'port_be' || meaning === 'be' ? field.replace(/_be$/, '') : inUnit(field, meaning)),
  ];
  return {
    ...shared,
    names,
    roles: [isAddress ? { kind: 'address' } : undefined],
    make: (of) => [fieldText(take(of), meaning, type)],
  };
}

/** `pid` → `comm`, `parent_pid` → `parent_comm`, `worker` → `worker_comm`. */
export function commandLabel(name: string): string {
  return /(^|_)(pid|tgid|tid)$/.test(name) ? name.replace(/(pid|tgid|tid)$/, 'comm') : `${name}_comm`;
}

function inUnit(name: string, meaning: Leaf['meaning']): string {
  return meaning === 'ns' || meaning === 'us' || meaning === 'ms'
    ? `${name.replace(/_(ns|us|ms)$/, '')}_seconds`
    : name;
}

/** The bytes of a key of which nothing is known. */
function untypedMaker(spec: MapSpec): LabelMaker {
  const { label = 'key', drop = false, as = 'hex' } = spec.labels.key ?? {};
  const field = { names: [], type: { kind: 'void', id: 0, name: 'void' }, size: 0 } as const;
  return {
    field: 'key',
    names: [label],
    roles: [undefined],
    isDropped: drop,
    make: (of) => [fieldText(of, as, field)],
  };
}

/** Of a trie `{ u32 prefixlen; address }`: 10.0.0.0/8. Undefined when what follows the length is no address. */
function prefixMaker({ btf, keyType }: ReadableMap, spec: MapSpec): LabelMaker | undefined {
  const type = btf.resolve(keyType.id);
  if (type.kind !== 'struct') return undefined;
  const [length, data, more] = type.members;
  if (length === undefined || data === undefined || more !== undefined || length.name === '' || data.name === '')
    return undefined;
  const size = btf.sizeOf(data.type);
  if (size !== 4 && size !== 16) return undefined;
  const { label = 'prefix', drop = false } = spec.labels.prefix ?? {};
  const make = (of: BpfValue): readonly string[] => {
    if (typeof of !== 'object' || of instanceof Uint8Array || Array.isArray(of)) return [''];
    const bytes = rawBytes(of[data.name], size);
    return [`${size === 4 ? ipv4Text(bytes) : ipv6Text(bytes)}/${String(of[length.name])}`];
  };
  return { field: 'prefix', names: [label], roles: [undefined], isDropped: drop, make };
}
