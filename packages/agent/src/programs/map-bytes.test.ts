import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAP_TYPE } from '@netguard/libbpf';
import { mapBytes } from './map-bytes.ts';

const map = (type: number, keySize: number, valueSize: number, maxEntries: number) => ({
  ...{ type, keySize, valueSize, maxEntries },
});

/** `bytes` that Linux 6.18 gives as memlock of such maps with two CPUs, filled as it fills them. */
const MEASURED = [
  [map(MAP_TYPE.LRU_HASH, 16, 8, 16_384), 1_442_688],
  [map(MAP_TYPE.LRU_HASH, 8, 32, 4096), 426_880],
  [map(MAP_TYPE.HASH, 4, 8, 1024), 82_960],
  [map(MAP_TYPE.ARRAY, 4, 8, 32), 568],
] as const;

test('the estimate is near what the kernel counts, and not below it but for the head of a map', () => {
  for (const [shape, bytes] of MEASURED) {
    const estimate = mapBytes(shape, 2);
    assert.ok(estimate >= bytes - 1024 && estimate <= bytes * 1.3 + 1024, `${JSON.stringify(shape)}: ${estimate}`);
  }
});

test('per-CPU values count once a CPU, rings as they are, and what lives with sockets not at all', () => {
  assert.equal(mapBytes(map(MAP_TYPE.PERCPU_ARRAY, 4, 12, 10), 64), (16 * 64 + 8) * 10);
  assert.equal(mapBytes(map(MAP_TYPE.RINGBUF, 0, 0, 65_536), 2), 65_536);
  assert.equal(mapBytes(map(MAP_TYPE.SK_STORAGE, 4, 8, 0), 2), 0);
  assert.ok(mapBytes(map(MAP_TYPE.HASH, 4, 8, 4_294_967_295), 2) > 4e11);
});
