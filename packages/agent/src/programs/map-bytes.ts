import { type BpfMap, features, MAP_TYPE } from '@netguard/libbpf';

/** What the kernel keeps beside key and value of one element of a hash: its struct htab_elem, 48 bytes, and what its allocator rounds up by. */
const HASH_ELEMENT = 64;
const BUCKET = 16;
const TRIE_NODE = 64;

type Sized = Pick<BpfMap, 'type' | 'keySize' | 'valueSize' | 'maxEntries'>;

/**
 * Bytes of kernel memory that a map takes when it is full, before it is made: an estimate from its sizes, as high as the
 * kernel's own count or a little higher. 0 for maps that live with sockets, tasks or cgroups: their number is not ours.
 */
export function mapBytes({ type, keySize, valueSize, maxEntries }: Sized, cpus: number = features.cpuCount()): number {
  const key = roundUp8(keySize);
  const value = roundUp8(valueSize);
  switch (type) {
    case MAP_TYPE.ARRAY:
      return value * maxEntries;
    case MAP_TYPE.PERCPU_ARRAY:
      return (value * cpus + 8) * maxEntries;
    case MAP_TYPE.HASH:
    case MAP_TYPE.LRU_HASH:
      return hash(key + value, maxEntries);
    case MAP_TYPE.PERCPU_HASH:
    case MAP_TYPE.LRU_PERCPU_HASH:
      return hash(key + value * cpus + 8, maxEntries);
    case MAP_TYPE.LPM_TRIE:
      /* Inner nodes: as many again at the most. */
      return (TRIE_NODE + key + value) * 2 * maxEntries;
    case MAP_TYPE.RINGBUF:
    case MAP_TYPE.USER_RINGBUF:
      return maxEntries;
    case MAP_TYPE.SK_STORAGE:
    case MAP_TYPE.TASK_STORAGE:
    case MAP_TYPE.INODE_STORAGE:
    case MAP_TYPE.CGRP_STORAGE:
      return 0;
    case MAP_TYPE.STACK_TRACE:
      return hash(value, maxEntries);
    case MAP_TYPE.ARENA:
      return maxEntries * 4096;
    default:
      return (key + value + 8) * maxEntries;
  }
}

function hash(elementBytes: number, maxEntries: number): number {
  return (HASH_ELEMENT + elementBytes) * maxEntries + BUCKET * 2 ** Math.ceil(Math.log2(Math.max(1, maxEntries)));
}

function roundUp8(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
