import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MapBatch } from './batch.ts';

test('a batch takes on strides, grows by doubling and keeps what it holds', () => {
  const batch = new MapBatch(3);
  batch.reset(4, 12);
  assert.equal(batch.capacity, 3);
  assert.equal(batch.keys.length, 16);
  assert.equal(batch.values.length, 40);
  batch.keys32[2] = 7;
  batch.values32[6] = 9;
  batch.count = 3;
  batch.reserve(4);
  assert.equal(batch.capacity, 6);
  assert.equal(batch.keys32[2], 7);
  assert.equal(batch.values32[6], 9);
  assert.equal(batch.values64.byteLength, batch.values.byteLength);
});

test('a batch keeps its memory from call to call', () => {
  const batch = new MapBatch();
  batch.reset(8, 8);
  const { keys, values } = batch;
  batch.count = 5;
  batch.reset(8, 8);
  assert.equal(batch.count, 0);
  assert.equal(batch.keys, keys);
  assert.equal(batch.values, values);
});
