import assert from 'node:assert/strict';
import { test } from 'node:test';
import { podEndpoint, START_MS, tick, total } from '../testing/samples.ts';
import { PodTable, podRow } from './pod-table.ts';

const GRACE_SECONDS = 300;

function rows(table: PodTable) {
  return Array.from(table.rows(), (row) => podRow(row, 0));
}

function only(table: PodTable) {
  const [row, ...others] = rows(table);
  assert.equal(others.length, 0);
  assert.ok(row);
  return row;
}

test('rates come from the growth between two ticks, whatever lay between them', () => {
  const table = new PodTable(GRACE_SECONDS);
  table.update(tick(START_MS, { totals: [total(podEndpoint('web-1'), 1000)] }));
  assert.equal(only(table).receiveBytesPerSecond, 0, 'one tick alone has no rate');
  table.update(tick(START_MS + 2000, { totals: [total(podEndpoint('web-1'), 5000)] }));
  const row = only(table);
  assert.equal(row.receiveBytesPerSecond, 2000);
  assert.equal(row.transmitBytesPerSecond, 4000);
  assert.equal(row.receivePacketsPerSecond, 20);
  assert.equal(row.receiveBytes, 5000);
  assert.deepEqual(row.history, [6000]);
});

test('containers and protocols of a pod are summed into one row without container', () => {
  const table = new PodTable(GRACE_SECONDS);
  const web = podEndpoint('web-1');
  table.update(
    tick(START_MS, {
      totals: [
        total(web, 100, { cgroupId: 1 }),
        total({ ...web, container: 'sidecar' }, 50, { cgroupId: 2 }),
        total(web, 7, { cgroupId: 1, protocol: 'UDP' }),
      ],
    }),
  );
  const row = only(table);
  assert.equal(row.receiveBytes, 157);
  assert.equal(row.byProtocol.TCP?.receiveBytes, 150);
  assert.equal(row.byProtocol.UDP?.receiveBytes, 7);
  assert.equal(row.endpoint.container, undefined);
  assert.equal(row.endpoint.pod, 'web-1');
});

test('what a container leaves to another of its pod is not counted twice', () => {
  const table = new PodTable(GRACE_SECONDS);
  const web = podEndpoint('web-1');
  table.update(tick(START_MS, { totals: [total(web, 1000, { cgroupId: 1 }), total(web, 10, { cgroupId: 2 })] }));
  table.update(tick(START_MS + 1000, { totals: [total(web, 1010, { cgroupId: 2 })] }));
  assert.equal(only(table).receiveBytes, 1010);
  assert.equal(only(table).receiveBytesPerSecond, 0);
});

test('a total that fell never makes a row fall', () => {
  const table = new PodTable(GRACE_SECONDS);
  for (const [index, value] of [1000, 300, 350].entries()) {
    table.update(tick(START_MS + index * 1000, { totals: [total(podEndpoint('web-1'), value)] }));
  }
  assert.equal(only(table).receiveBytes, 1050);
});

test('pods of the same name in two namespaces are two rows', () => {
  const table = new PodTable(GRACE_SECONDS);
  table.update(tick(START_MS, { totals: [total(podEndpoint('web-1', 'a'), 1), total(podEndpoint('web-1', 'b'), 1)] }));
  assert.equal(rows(table).length, 2);
});

test('a pod that is gone rests at rate zero and leaves after the grace time', () => {
  const table = new PodTable(GRACE_SECONDS);
  table.update(tick(START_MS, { totals: [total(podEndpoint('web-1'), 1000)] }));
  table.update(tick(START_MS + 1000, { totals: [total(podEndpoint('web-1'), 3000)] }));
  table.update(tick(START_MS + 2000));
  assert.equal(only(table).receiveBytesPerSecond, 0);
  assert.deepEqual(only(table).history, [6000, 0]);
  table.update(tick(START_MS + 1000 + GRACE_SECONDS * 1000));
  assert.equal(table.size, 1);
  table.update(tick(START_MS + 1001 + GRACE_SECONDS * 1000));
  assert.equal(table.size, 0);
});

test('totals that stay after their cgroup keep no row, a late close does and is counted once', () => {
  const table = new PodTable(GRACE_SECONDS);
  const at = (second: number, received: number, gone: true | undefined) => {
    const totals = [total(podEndpoint('web-1'), received, gone && { gone })];
    table.update(tick(START_MS + second * 1000, { totals }));
  };
  at(0, 100, undefined);
  for (let second = 1; second <= 300; second++) at(second, second < 200 ? 100 : 150, true);
  assert.equal(only(table).receiveBytes, 150, 'it moved 100 s ago');
  for (let second = 301; second <= 501; second++) at(second, 150, true);
  assert.deepEqual(rows(table), []);
  assert.deepEqual(table.growth, []);
  at(502, 175, true);
  assert.equal(only(table).receiveBytes, 25, 'only what came since');
});

test('one living container keeps the row of its pod', () => {
  const table = new PodTable(GRACE_SECONDS);
  for (let second = 0; second <= 400; second += 10) {
    const totals = [
      total(podEndpoint('web-1'), 100, { cgroupId: 1, gone: true }),
      total(podEndpoint('web-1'), 7, { cgroupId: 2 }),
    ];
    table.update(tick(START_MS + second * 1000, { totals }));
  }
  assert.equal(only(table).receiveBytes, 107);
});

test('the history holds the last sixty samples, oldest first', () => {
  const table = new PodTable(GRACE_SECONDS);
  let bytes = 0;
  for (let second = 0; second <= 65; second++) {
    bytes += second;
    const sums = { sentBytes: 0, receivedPackets: 0, sentPackets: 0 };
    table.update(tick(START_MS + second * 1000, { totals: [total(podEndpoint('web-1'), bytes, sums)] }));
  }
  assert.deepEqual(
    only(table).history,
    Array.from({ length: 60 }, (_, index) => index + 6),
  );
});

test('rows beyond the limit are refused and counted, not kept', () => {
  const table = new PodTable(GRACE_SECONDS);
  const totals = Array.from({ length: 20_003 }, (_, index) => total(podEndpoint(`web-${index}`), 1));
  table.update(tick(START_MS, { totals }));
  assert.equal(table.size, 20_000);
  assert.equal(table.refused, 3);
});

test('ten thousand pods are taken in within a quarter of a tick', () => {
  const table = new PodTable(GRACE_SECONDS);
  const at = (second: number) =>
    tick(START_MS + second * 1000, {
      totals: Array.from({ length: 10_000 }, (_, index) => total(podEndpoint(`web-${index}`), second * 100)),
    });
  table.update(at(0));
  const ticks = [at(1), at(2), at(3), at(4), at(5)];
  const spent = ticks.map((next) => {
    const began = performance.now();
    table.update(next);
    return performance.now() - began;
  });
  assert.ok(Math.min(...spent) < 250, `${spent.map(Math.round)} ms`);
});
