import type { MapBatch } from './batch.ts';
import { BpfError, ERRNO, errnoText } from './errors.ts';
import { libbpf } from './libbpf.ts';

/** What the batch calls need to know of a map. */
export interface BatchTarget {
  readonly doing: string;
  readonly fd: number;
  readonly keySize: number;
  /** Value bytes as system calls see them, all CPUs of a per-CPU map. */
  readonly valueStride: number;
  readonly maxEntries: number;
}

/** Restarts after a walk that a concurrent deletion broke (EINTR, kernels before 6.6), before falling back to single steps. */
const MAX_RESTARTS = 3;

const count = new Uint32Array(1);

/** Fills `batch` with every entry. False when the kernel has no batch operation for this type of map. */
export function lookupAll(map: BatchTarget, batch: MapBatch, deleting: boolean): boolean {
  const call = deleting ? libbpf.bpf_map_lookup_and_delete_batch : libbpf.bpf_map_lookup_batch;
  // Hash maps keep a bucket number of 4 bytes here, others a key.
  const position = new Uint8Array(Math.max(8, map.keySize));
  batch.reset(map.keySize, map.valueStride);
  let started = false;
  let restarts = 0;
  for (;;) {
    if (batch.count === batch.capacity) batch.reserve(batch.count + 1);
    count[0] = batch.capacity - batch.count;
    const keys = batch.keys.subarray(batch.count * map.keySize);
    const values = batch.values.subarray(batch.count * map.valueStride);
    const result = call(map.fd, started ? position : null, position, keys, values, count, null);
    if (result === 0) {
      batch.count += count[0];
      started = true;
    } else if (result === -ERRNO.ENOENT) {
      batch.count += count[0];
      return true;
    } else if (result === -ERRNO.ENOSPC) {
      // One hash bucket has more entries than there is room.
      batch.reserve(batch.capacity + 1);
    } else if (result === -ERRNO.EINTR && restarts++ < MAX_RESTARTS) {
      batch.count = 0;
      started = false;
    } else if (isUnsupported(result) || result === -ERRNO.EINTR) {
      return false;
    } else {
      throw refused(map, -result);
    }
  }
}

/** The same by single steps, for maps without batch operations. A key deleted under way may restart the kernel's walk. */
export function lookupEach(map: BatchTarget, batch: MapBatch): void {
  batch.reset(map.keySize, map.valueStride);
  let previous: Uint8Array | null = null;
  for (let steps = 0; steps <= map.maxEntries; steps++) {
    batch.reserve(batch.count + 1);
    const key = batch.keys.subarray(batch.count * map.keySize, (batch.count + 1) * map.keySize);
    const result = libbpf.bpf_map_get_next_key(map.fd, previous, key);
    if (result === -ERRNO.ENOENT) return;
    if (result < 0) throw refused(map, -result);
    previous = key.slice();
    const found = libbpf.bpf_map_lookup_elem(map.fd, key, batch.values.subarray(batch.count * map.valueStride));
    if (found === 0) batch.count++;
    else if (found !== -ERRNO.ENOENT) throw refused(map, -found);
  }
}

/** Deletes `total` keys that lie one after another; those not there are skipped. Returns how many were there. */
export function deleteKeys(map: BatchTarget, keys: Uint8Array, total: number): number {
  let deleted = 0;
  for (let at = 0; at < total; ) {
    count[0] = total - at;
    const result = libbpf.bpf_map_delete_batch(map.fd, keys.subarray(at * map.keySize), count, null);
    if (isUnsupported(result)) return deleted + deleteEach(map, keys, at, total);
    // On refusal `count` tells how many were deleted before it. EFAULT does not count.
    if (result < 0 && result !== -ERRNO.ENOENT) throw refused(map, -result);
    deleted += count[0];
    at += count[0] + (result === 0 ? 0 : 1);
  }
  return deleted;
}

export function deleteEach(map: BatchTarget, keys: Uint8Array, from: number, to: number): number {
  let deleted = 0;
  for (let at = from; at < to; at++) {
    const result = libbpf.bpf_map_delete_elem(map.fd, keys.subarray(at * map.keySize, (at + 1) * map.keySize));
    if (result === 0) deleted++;
    else if (result !== -ERRNO.ENOENT) throw refused(map, -result);
  }
  return deleted;
}

/** EINVAL: kernels before 5.6 know no such command. */
function isUnsupported(result: number): boolean {
  return result === -ERRNO.ENOTSUPP || result === -ERRNO.EOPNOTSUPP || result === -ERRNO.EINVAL;
}

export function refused(map: { readonly doing: string }, errno: number): BpfError {
  return new BpfError('LIBBPF_ERR_MAP', map.doing, errnoText(errno), { errno });
}
