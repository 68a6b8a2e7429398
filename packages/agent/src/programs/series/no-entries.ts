import { MAP_TYPE } from '@netguard/libbpf';

const KERNEL_OBJECTS = 'its values are other objects of the kernel';
const CGROUP_STORAGE = 'it is not read: count in a hash by bpf_skb_cgroup_id() or bpf_get_current_cgroup_id()';
const STORAGE = 'its values live and die with what they belong to, and cannot be listed: count in a hash';

/** Maps whose entries are not read, and why. */
const REASONS: ReadonlyMap<number, string> = new Map([
  [MAP_TYPE.QUEUE, 'only its next element can be looked at: count in a hash'],
  [MAP_TYPE.STACK, 'only its next element can be looked at: count in a hash'],
  [MAP_TYPE.RINGBUF, 'its records are events: a YAML says of which type'],
  [MAP_TYPE.USER_RINGBUF, 'its records go to the program'],
  [MAP_TYPE.PERF_EVENT_ARRAY, 'rings of perf are not read: use BPF_MAP_TYPE_RINGBUF'],
  [MAP_TYPE.BLOOM_FILTER, 'it holds no elements that could be listed'],
  [MAP_TYPE.STACK_TRACE, 'its values are addresses in the kernel'],
  [MAP_TYPE.ARRAY_OF_MAPS, 'its values are other maps'],
  [MAP_TYPE.HASH_OF_MAPS, 'its values are other maps'],
  [MAP_TYPE.SK_STORAGE, STORAGE],
  [MAP_TYPE.TASK_STORAGE, STORAGE],
  [MAP_TYPE.INODE_STORAGE, STORAGE],
  [MAP_TYPE.CGRP_STORAGE, STORAGE],
  [MAP_TYPE.CGROUP_STORAGE, CGROUP_STORAGE],
  [MAP_TYPE.PERCPU_CGROUP_STORAGE, CGROUP_STORAGE],
  [MAP_TYPE.PROG_ARRAY, KERNEL_OBJECTS],
  [MAP_TYPE.CGROUP_ARRAY, KERNEL_OBJECTS],
  [MAP_TYPE.DEVMAP, KERNEL_OBJECTS],
  [MAP_TYPE.DEVMAP_HASH, KERNEL_OBJECTS],
  [MAP_TYPE.CPUMAP, KERNEL_OBJECTS],
  [MAP_TYPE.XSKMAP, KERNEL_OBJECTS],
  [MAP_TYPE.SOCKMAP, KERNEL_OBJECTS],
  [MAP_TYPE.SOCKHASH, KERNEL_OBJECTS],
  [MAP_TYPE.REUSEPORT_SOCKARRAY, KERNEL_OBJECTS],
]);

const LISTED: ReadonlySet<number> = new Set([
  MAP_TYPE.HASH,
  MAP_TYPE.ARRAY,
  MAP_TYPE.PERCPU_HASH,
  MAP_TYPE.PERCPU_ARRAY,
  MAP_TYPE.LRU_HASH,
  MAP_TYPE.LRU_PERCPU_HASH,
  MAP_TYPE.LPM_TRIE,
]);

/** Why the entries of maps of a type (MAP_TYPE) are not read; undefined for those that are. */
export function noEntriesReason(type: number): string | undefined {
  if (LISTED.has(type)) return undefined;
  return REASONS.get(type) ?? 'maps of this type are not read';
}
