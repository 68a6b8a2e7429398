import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { ConnectionSweep } from './connection-sweep.ts';
import { COUNTERS, type ConnectionIdentity, ConnectionTable } from './connection-table.ts';
import type { LivePass } from './live-sockets.ts';

const pass: LivePass = { records: 0, seen: 2, pass: 1, left: 0, leftNew: 0 };
const zero = new Float64Array(COUNTERS);
const START = 1_000_000;

describe('a sweep of connections', () => {
  let table: ConnectionTable;
  let sweep: ConnectionSweep;

  beforeEach(() => {
    table = new ConnectionTable(8);
    sweep = new ConnectionSweep(table);
    tell(1);
    tell(2);
  });

  function tell(cookie: number): void {
    const slot = table.find(cookie, 0);
    if (slot >= 0) table.advance(slot, zero, new Float64Array(COUNTERS));
    else table.open(cookie, 0, {} as ConnectionIdentity, zero, zero);
  }

  function tick(seconds: number, lost: number, told: readonly number[], result: Partial<LivePass> = {}): number {
    sweep.before(START + seconds * 1000, lost);
    for (const cookie of told) tell(cookie);
    sweep.after({ ...pass, ...result });
    return table.size;
  }

  it('does not begin while nothing is lost', () => {
    const number = sweep.number;
    for (let second = 0; second < 200; second++) assert.equal(tick(second, 0, []), 2);
    assert.equal(sweep.number, number);
  });

  it('forgets who was not told, one tick after all were', () => {
    assert.equal(tick(0, 1, [1]), 2);
    assert.equal(tick(1, 1, []), 1);
    assert.ok(table.find(1, 0) >= 0);
  });

  it('waits for sockets that found no room', () => {
    assert.equal(tick(0, 1, [], { left: 1 }), 2);
    assert.equal(tick(1, 1, [1], { left: 0 }), 2);
    assert.equal(tick(2, 1, []), 1);
  });

  it('does not wait for sockets that nobody has heard of', () => {
    tick(0, 1, [1], { leftNew: 5 });
    assert.equal(tick(1, 1, []), 1);
  });

  it('does not trust a pass that was more than one read', () => {
    tick(0, 1, [1], { seen: 1_000_000 });
    assert.equal(tick(1, 1, []), 2);
  });

  it('begins again after a minute at the earliest, for new losses only, with a number that is never 0', () => {
    for (let n = 0; n < 600; n++) {
      tick(120 * n, n + 1, [1, 2]);
      const { number } = sweep;
      assert.ok(number >= 1 && number <= 255);
      tick(120 * n + 1, n + 1, []);
      tick(120 * n + 30, n + 2, []);
      assert.equal(sweep.number, number, 'not within a minute');
    }
    assert.equal(table.size, 2);
    const { number } = sweep;
    tick(1_000_000, 601, [1, 2]);
    const next = sweep.number;
    assert.notEqual(next, number);
    tick(1_000_100, 601, [1, 2]);
    assert.equal(sweep.number, next, 'not without a new loss');
  });
});
