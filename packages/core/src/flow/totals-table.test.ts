import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Endpoint } from '../endpoint.ts';
import { client, connection, counts, T0 } from './observation-samples.ts';
import { TotalsTable } from './totals-table.ts';

const pod = (container: string): Endpoint => ({ ...client, container });
const resolve = (cgroupId: number): Endpoint => pod(`c${cgroupId}`);
const received = (table: TotalsTable): number => table.list(resolve).reduce((sum, row) => sum + row.receivedBytes, 0);

describe('the totals table', () => {
  it('adds what connections moved, by cgroup and protocol', () => {
    const table = new TotalsTable();
    table.addConnection(connection(), client);
    table.addConnection(connection({ phase: 'closed' }), client);
    table.setDatagrams(42, 'UDP', counts(70, 30), false);
    const rows = table.list(resolve);
    assert.deepEqual(
      rows.map(({ protocol, receivedBytes, sentBytes }) => [protocol, receivedBytes, sentBytes]),
      [
        ['TCP', 2000, 200],
        ['UDP', 70, 30],
      ],
    );
    assert.equal(rows[0]?.cgroupId, 42);
  });

  it('takes absolute counters as they are, and goes on when they begin anew', () => {
    const table = new TotalsTable();
    const readings = [100, 250, 250, 40, 90];
    const seen = readings.map((bytes) => {
      table.setDatagrams(
        42,
        'UDP',
        { receivedBytes: bytes, sentBytes: 0, receivedPackets: bytes / 10, sentPackets: 0 },
        false,
      );
      return received(table);
    });
    assert.deepEqual(seen, [100, 250, 250, 290, 340]);
  });

  it('keeps loopback apart', () => {
    const table = new TotalsTable();
    table.addConnection(
      connection({ local: { ip: '10.0.0.1', port: 1 }, remote: { ip: '10.0.0.1', port: 2 } }),
      client,
    );
    table.setDatagrams(42, 'UDP', counts(5, 5), true);
    assert.deepEqual(table.list(resolve), []);
    assert.equal(table.listLoopback(resolve).length, 2);
  });

  it('keeps a dead cgroup for ten minutes, with what its orphans still move', () => {
    const table = new TotalsTable();
    table.addConnection(connection(), client);
    assert.equal(table.list(resolve)[0]?.gone, undefined);
    table.markDead(42, T0);
    table.addConnection(connection({ phase: 'closed' }), client);
    assert.equal(table.list(resolve)[0]?.gone, true);
    assert.deepEqual(table.sweep(T0 + 599_999), []);
    assert.equal(received(table), 2000);
    assert.deepEqual(table.sweep(T0 + 600_000), [42]);
    assert.deepEqual(table.list(resolve), []);
  });

  it('never lets a living pod’s sum fall when one of its containers is forgotten', () => {
    const table = new TotalsTable();
    table.addConnection(connection({ cgroupId: 1 }), pod('old'));
    table.addConnection(connection({ cgroupId: 2 }), pod('new'));
    table.markDead(1, T0);
    const before = received(table);
    assert.deepEqual(table.sweep(T0 + 700_000), [1]);
    assert.equal(received(table), before);
    assert.equal(table.list(resolve).length, 1);
  });

  it('gives traffic in another pod’s namespace to that pod, not to the cgroup’s owner', () => {
    const table = new TotalsTable();
    const app: Endpoint = { ...client, pod: 'app-1', via: 'istio-system/ztunnel-x' };
    table.addConnection(connection({ cgroupId: 9 }), app);
    assert.equal(table.list(resolve)[0]?.endpoint.pod, 'app-1');
  });

  it('counts under cgroup 0 what finds no room', () => {
    const table = new TotalsTable({ capacity: 10 });
    for (let cgroupId = 1; cgroupId <= 100; cgroupId++) table.addConnection(connection({ cgroupId }), client);
    assert.equal(received(table), 100_000);
    assert.equal(table.state.evicted, 90);
    assert.equal(table.list(resolve).length, 11);
  });
});
