/** Numbers of `enum bpf_map_type` that this package treats specially, and those that users compare with. */
export const MAP_TYPE = {
  HASH: 1,
  ARRAY: 2,
  PROG_ARRAY: 3,
  PERF_EVENT_ARRAY: 4,
  PERCPU_HASH: 5,
  PERCPU_ARRAY: 6,
  STACK_TRACE: 7,
  CGROUP_ARRAY: 8,
  LRU_HASH: 9,
  LRU_PERCPU_HASH: 10,
  LPM_TRIE: 11,
  ARRAY_OF_MAPS: 12,
  HASH_OF_MAPS: 13,
  DEVMAP: 14,
  SOCKMAP: 15,
  CPUMAP: 16,
  XSKMAP: 17,
  SOCKHASH: 18,
  CGROUP_STORAGE: 19,
  REUSEPORT_SOCKARRAY: 20,
  PERCPU_CGROUP_STORAGE: 21,
  QUEUE: 22,
  STACK: 23,
  SK_STORAGE: 24,
  DEVMAP_HASH: 25,
  STRUCT_OPS: 26,
  RINGBUF: 27,
  INODE_STORAGE: 28,
  TASK_STORAGE: 29,
  BLOOM_FILTER: 30,
  USER_RINGBUF: 31,
  CGRP_STORAGE: 32,
  ARENA: 33,
} as const;

/** Flags of a map's creation (`map.flags`). */
export const MAP_FLAG = { MMAPABLE: 1 << 10 } as const;

/** `flags` of `BpfMap.set`. */
export const BPF_ANY = 0;
/** Insert only: LIBBPF_ERR_MAP with EEXIST when the key is there. */
export const BPF_NOEXIST = 1;
/** Update only: LIBBPF_ERR_MAP with ENOENT when the key is not there. */
export const BPF_EXIST = 2;

const PER_CPU = new Set<number>([
  MAP_TYPE.PERCPU_HASH,
  MAP_TYPE.PERCPU_ARRAY,
  MAP_TYPE.LRU_PERCPU_HASH,
  MAP_TYPE.PERCPU_CGROUP_STORAGE,
]);
/** Their values are file descriptors (or ids when read) of kernel objects, so BTF says nothing of them. */
const HOLDS_FDS = new Set<number>([
  MAP_TYPE.PROG_ARRAY,
  MAP_TYPE.PERF_EVENT_ARRAY,
  MAP_TYPE.CGROUP_ARRAY,
  MAP_TYPE.ARRAY_OF_MAPS,
  MAP_TYPE.HASH_OF_MAPS,
  MAP_TYPE.SOCKMAP,
  MAP_TYPE.SOCKHASH,
  MAP_TYPE.XSKMAP,
  MAP_TYPE.REUSEPORT_SOCKARRAY,
]);
const INDEXED = new Set<number>([
  MAP_TYPE.ARRAY,
  MAP_TYPE.PERCPU_ARRAY,
  MAP_TYPE.PROG_ARRAY,
  MAP_TYPE.PERF_EVENT_ARRAY,
  MAP_TYPE.CGROUP_ARRAY,
  MAP_TYPE.ARRAY_OF_MAPS,
]);

export const isPerCpu = (type: number): boolean => PER_CPU.has(type);
export const holdsFds = (type: number): boolean => HOLDS_FDS.has(type);
/** Keys are the numbers 0 to maxEntries - 1. */
export const isIndexed = (type: number): boolean => INDEXED.has(type);
export const roundUp8 = (bytes: number): number => (bytes + 7) & ~7;
