import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CloseReason } from '../observation.ts';
import { FlowTable } from './flow-table.ts';
import { connection, counts, datagrams, fromClient, fromServer, T0 } from './observation-samples.ts';

const table = (more = {}) => new FlowTable({ node: 'n1', ...more });

describe('the flow table', () => {
  it('gives the record of a connection at once when it closes, client first', () => {
    const [flow, ...more] = table().observe(connection({ phase: 'closed' }), fromClient);
    assert.ok(flow);
    assert.equal(more.length, 0);
    assert.deepEqual(
      [flow.source.pod, flow.source.port, flow.destination.pod, flow.destination.port],
      ['web-1', 40_000, 'db-0', 5432],
    );
    assert.deepEqual([flow.requestBytes, flow.responseBytes, flow.retransmits], [500, 5000, 3]);
    assert.deepEqual(
      [flow.reporter, flow.trafficDirection, flow.verdict, flow.result],
      ['client', 'EGRESS', 'FORWARDED', 'established'],
    );
    assert.deepEqual(
      [flow.time, flow.start, flow.durationMs],
      ['2023-11-14T22:13:20.000Z', '2023-11-14T22:13:18.500Z', 1500],
    );
    assert.deepEqual(flow.source.process, { pid: 7, comm: 'psql' });
    assert.equal(flow.rttMs, 0.25);
  });

  it('turns a server’s view round', () => {
    const seen = connection({
      phase: 'closed',
      role: 'server',
      local: { ip: '10.0.0.2', port: 5432 },
      remote: { ip: '10.0.0.1', port: 40_000 },
    });
    const [flow] = table().observe(seen, fromServer);
    assert.deepEqual(
      [flow?.source.pod, flow?.destination.pod, flow?.reporter, flow?.trafficDirection],
      ['web-1', 'db-0', 'server', 'INGRESS'],
    );
    assert.deepEqual([flow?.requestBytes, flow?.responseBytes], [5000, 500]);
  });

  it('takes the higher port for the client’s when nobody saw who opened', () => {
    const seen = connection({
      phase: 'closed',
      role: 'unknown',
      local: { ip: '10.0.0.2', port: 80 },
      remote: { ip: '10.0.0.1', port: 40_000 },
    });
    assert.equal(table().observe(seen, fromServer)[0]?.reporter, 'server');
    const other = connection({ phase: 'closed', role: 'unknown' });
    assert.equal(table().observe(other, fromClient)[0]?.reporter, 'client');
  });

  it('tells the end of a connection in Hubble’s and the metric’s words', () => {
    const ends: readonly [CloseReason, boolean, string, string][] = [
      ['fin', true, 'established', 'FORWARDED'],
      ['refused', false, 'refused', 'DROPPED'],
      ['timeout', false, 'timeout', 'DROPPED'],
      ['timeout', true, 'timeout', 'DROPPED'],
      ['gave-up', false, 'timeout', 'DROPPED'],
      ['unreachable', false, 'timeout', 'DROPPED'],
      ['reset-sent', true, 'reset', 'ERROR'],
      ['reset-received', true, 'reset', 'ERROR'],
      ['killed', true, 'reset', 'ERROR'],
      ['unknown', true, 'established', 'FORWARDED'],
    ];
    for (const [closeReason, established, result, verdict] of ends) {
      const [flow] = table().observe(connection({ phase: 'closed', closeReason, established }), fromClient);
      assert.deepEqual([flow?.result, flow?.verdict, flow?.closeReason], [result, verdict, closeReason]);
    }
  });

  it('makes no record of an attempt that sent no packet', () => {
    assert.deepEqual(
      table().observe(connection({ phase: 'closed', closeReason: 'none', established: false }), fromClient),
      [],
    );
  });

  it('calls a SYN that is unanswered after a second a timeout, before that nothing', () => {
    const flows = table({ windowMs: 100 });
    flows.observe(connection({ established: false, startMs: T0 - 1000 }), fromClient);
    flows.observe(connection({ id: '2-0', established: false, startMs: T0 - 900 }), fromClient);
    const [late, early] = flows.flush(T0 + 100);
    assert.deepEqual([late?.result, late?.verdict], ['timeout', 'DROPPED']);
    assert.deepEqual([early?.result, early?.verdict], [undefined, 'FORWARDED']);
  });

  it('reports a live connection once a window, and only if it moved', () => {
    const flows = table();
    flows.observe(connection(), fromClient);
    flows.observe(connection({ timeMs: T0 + 1000, total: { ...counts(7000, 700), retransmits: 0 } }), fromClient);
    assert.deepEqual(flows.flush(T0 + 9999), []);
    const [flow] = flows.flush(T0 + 10_000);
    assert.deepEqual([flow?.state, flow?.responseBytes, flow?.closeReason], ['live', 7000, undefined]);
    assert.deepEqual(flows.flush(T0 + 60_000), []);
  });

  it('adds up the differences of a conversation until it ends', () => {
    const flows = table();
    flows.observe(datagrams(), fromClient);
    flows.observe(datagrams({ timeMs: T0 + 1000 }), fromClient);
    assert.equal(flows.flush(T0 + 10_000)[0]?.requestBytes, 80);
    const [ended] = flows.observe(datagrams({ timeMs: T0 + 12_000, ended: true }), fromClient);
    assert.deepEqual(
      [ended?.protocol, ended?.requestBytes, ended?.responseBytes, ended?.result],
      ['UDP', 120, 270, undefined],
    );
    assert.equal(flows.state.entries, 0);
  });

  it('forgets a conversation whose end was never told', () => {
    const flows = table();
    flows.observe(datagrams(), fromClient);
    flows.flush(T0 + 10_000);
    flows.flush(T0 + 130_000);
    assert.equal(flows.state.entries, 0);
  });

  it('leaves loopback out unless asked', () => {
    const inside = connection({
      phase: 'closed',
      local: { ip: '127.0.0.1', port: 1 },
      remote: { ip: '127.0.0.1', port: 2 },
    });
    assert.equal(table().observe(inside, fromClient).length, 0);
    assert.equal(table({ loopback: true }).observe(inside, fromClient).length, 1);
  });

  it('holds no more than its capacity, counts the rest, and still reports every close', () => {
    const flows = table({ capacity: 100 });
    for (let index = 0; index < 1000; index++) {
      flows.observe(connection({ id: `c${index}` }), fromClient);
      flows.observe(datagrams({ id: `u${index}` }), fromClient);
    }
    assert.equal(flows.state.entries, 100);
    assert.ok(flows.state.evicted >= 1800);
    assert.equal(flows.observe(connection({ id: 'c999', phase: 'closed' }), fromClient).length, 1);
  });

  it('does not hold records back when the clock was set back', () => {
    const flows = table();
    flows.observe(connection(), fromClient);
    assert.equal(flows.flush(T0 - 3_600_000).length, 1);
  });
});
