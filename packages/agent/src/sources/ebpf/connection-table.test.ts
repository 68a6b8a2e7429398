import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COUNTERS, type ConnectionIdentity, ConnectionTable } from './connection-table.ts';

const identity: ConnectionIdentity = {
  id: '7.0',
  role: 'client',
  cgroupId: 1,
  netns: 2,
  local: { ip: '10.0.0.1', port: 40_000 },
  remote: { ip: '10.0.0.2', port: 80 },
  pid: 3,
  comm: 'curl',
  established: true,
  preexisting: false,
  startMs: 4,
};

const zero = new Float64Array(COUNTERS);

/** Opens it with these counters and returns its slot. */
function open(table: ConnectionTable, cookie: number, generation: number, ...counters: readonly number[]): number {
  const first = Float64Array.from([...counters, 0, 0, 0, 0, 0].slice(0, COUNTERS));
  assert.ok(table.open(cookie, generation, identity, first, zero));
  return table.find(cookie, generation);
}

function advance(table: ConnectionTable, slot: number, ...counters: readonly number[]): number[] {
  const delta = new Float64Array(COUNTERS);
  table.advance(slot, Float64Array.from(counters), delta);
  return [...delta];
}

describe('the table of connections', () => {
  it('makes differences of absolute counters', () => {
    const table = new ConnectionTable(8);
    const slot = open(table, 7, 0, 100, 200, 3, 4, 0);
    assert.deepEqual(advance(table, slot, 150, 200, 4, 4, 1), [50, 0, 1, 0, 1]);
    assert.deepEqual(advance(table, slot, 150, 201, 4, 5, 1), [0, 1, 0, 1, 0]);
    assert.equal(table.identity(table.find(7, 0)), identity);
  });

  it('takes a smaller reading for a late one, and a wrapped 32-bit counter for a larger one', () => {
    const table = new ConnectionTable(8);
    const slot = open(table, 7, 0, 100, 200, 4_294_967_290, 4, 0);
    assert.deepEqual(advance(table, slot, 90, 210, 4, 3, 0), [0, 10, 10, 0, 0]);
    assert.deepEqual(advance(table, slot, 100, 210, 4, 4, 0), [0, 0, 0, 0, 0], 'what was counted is not counted again');
  });

  it('keeps generations of one socket apart, also when the old one ends after the new one began', () => {
    const table = new ConnectionTable(8);
    open(table, 7, 0, 100, 0, 1, 1, 0);
    const second = open(table, 7, 1, 5, 0, 1, 1, 0);
    assert.deepEqual(advance(table, table.find(7, 0), 110, 0, 2, 1, 0), [10, 0, 1, 0, 0]);
    table.close(7, 0, table.find(7, 0));
    assert.equal(table.find(7, 0), -1);
    assert.equal(table.find(7, 1), second);
    assert.deepEqual(advance(table, second, 6, 0, 2, 1, 0), [1, 0, 1, 0, 0]);
  });

  it('does not take the 256th generation after one for that one', () => {
    const table = new ConnectionTable(8);
    open(table, 7, 0, 100, 0, 1, 1, 0);
    assert.equal(table.find(7, 256), -1);
    assert.equal(table.findNext(7, 0), 0);
    assert.equal(table.findNext(7, 256), -1);
    const slot = open(table, 7, 256, 5, 0, 1, 1, 0);
    assert.deepEqual(advance(table, slot, 6, 0, 1, 1, 0), [1, 0, 0, 0, 0]);
    assert.equal(table.size, 1);
  });

  it('finds every connection in any order, while others come and go', () => {
    const table = new ConnectionTable(10_000);
    const slots = new Map<number, number>();
    for (let n = 0; n < 20_000; n++) {
      const cookie = 1 + ((n * 7919) % 5000);
      const slot = slots.get(cookie);
      assert.equal(table.find(cookie, 0), slot ?? -1);
      assert.equal(table.findNext(cookie, 0), slot ?? -1);
      if (slot === undefined) slots.set(cookie, open(table, cookie, 0));
      else if (n % 3 === 0) {
        table.close(cookie, 0, table.find(cookie, 0));
        slots.delete(cookie);
      }
    }
    assert.equal(table.size, slots.size);
    assert.equal(new Set(slots.values()).size, slots.size, 'no slot is held by two');
  });

  it('counts preexisting connections from when they were found', () => {
    const table = new ConnectionTable(5000);
    for (let cookie = 1; cookie <= 3000; cookie++) {
      const preexisting = cookie % 3 === 0;
      const base = Float64Array.of(1000 * cookie, 5, 4_294_967_290, 2, 0);
      table.open(cookie, 0, { ...identity, preexisting }, zero, base);
    }
    for (let cookie = 3; cookie <= 3000; cookie += 3) {
      const counters = Float64Array.of(1000 * cookie + 9, 5, 4, 3, 0);
      table.subtractBase(table.find(cookie, 0), counters);
      assert.deepEqual([...counters], [9, 0, 10, 1, 0]);
    }
  });

  it('has room for as many as its limit, and counts those it turns away', () => {
    const table = new ConnectionTable(2);
    open(table, 1, 0);
    open(table, 2, 0);
    assert.equal(table.open(3, 0, identity, zero, zero), false);
    assert.deepEqual([table.room, table.size, table.evicted], [0, 2, 1]);
    table.close(1, 0, table.find(1, 0));
    assert.equal(table.room, 1);
    open(table, 3, 0);
  });

  it('knows for two ticks that a connection is over', () => {
    const table = new ConnectionTable(8);
    open(table, 7, 3);
    table.close(7, 3, table.find(7, 3));
    table.tick();
    assert.ok(table.isClosed(7, 3));
    assert.ok(!table.isClosed(7, 4));
    table.tick();
    assert.ok(!table.isClosed(7, 3));
  });

  it('forgets in a sweep what was not advanced since it began, and nothing else', () => {
    const table = new ConnectionTable(8);
    for (const cookie of [1, 2, 3]) open(table, cookie, 0, 1, 1, 1, 1, 0);
    table.beginSweep(2);
    advance(table, table.find(2, 0), 1, 1, 1, 1, 0);
    open(table, 4, 0, 1, 1, 1, 1, 0);
    assert.equal(table.endSweep(), 2);
    assert.deepEqual(
      [1, 2, 3, 4].map((cookie) => table.find(cookie, 0) >= 0),
      [false, true, false, true],
    );
    assert.equal(table.room, 6);
  });
});
