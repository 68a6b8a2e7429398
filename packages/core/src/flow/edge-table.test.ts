import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Endpoint } from '../endpoint.ts';
import { endpointName } from '../endpoint.ts';
import { EdgeTable } from './edge-table.ts';
import { client, connection, datagrams, fromClient, fromServer, server, T0 } from './observation-samples.ts';

describe('the edge table', () => {
  it('folds the pods of a workload into one edge a window, by event time', () => {
    const edges = new EdgeTable();
    for (const [index, pod] of ['web-1', 'web-2', 'web-3'].entries()) {
      const local = { ...client, pod, ip: `10.0.1.${index}` };
      edges.observe(connection({ id: pod, phase: 'closed', local: { ip: local.ip, port: 4000 } }), {
        local,
        remote: server,
      });
    }
    edges.observe(connection({ timeMs: T0 + 10_000 }), fromClient);
    assert.deepEqual(edges.flush(T0 + 11_000), [], 'late records may still come');
    const [edge, ...more] = edges.flush(T0 + 11_500);
    assert.equal(more.length, 0);
    assert.deepEqual([edge?.windowStart, edge?.windowMs], ['2023-11-14T22:13:20.000Z', 10_000]);
    assert.deepEqual([edge?.requestBytes, edge?.responseBytes, edge?.retransmits, edge?.port], [300, 3000, 3, 5432]);
    assert.deepEqual(edge?.connections, { established: 3, refused: 0, timeout: 0, reset: 0 });
    assert.deepEqual([edge?.source.workload?.name, edge?.source.pod, edge?.source.ip], ['web', undefined, '']);
    assert.equal(endpointName(edge!.source), 'shop/web');
    assert.equal(edges.peek().length, 1);
  });

  it('keeps the two reporters, protocols and ports of a pair apart', () => {
    const edges = new EdgeTable();
    edges.observe(connection(), fromClient);
    edges.observe(
      connection({ role: 'server', local: { ip: '10.0.0.2', port: 5432 }, remote: { ip: '10.0.0.1', port: 40_000 } }),
      fromServer,
    );
    edges.observe(connection({ remote: { ip: '10.0.0.2', port: 5433 } }), fromClient);
    edges.observe(datagrams({ remote: { ip: '10.0.0.2', port: 5432 } }), fromClient);
    const all = edges.peek();
    assert.equal(all.length, 4);
    const [byClient, byServer] = all;
    assert.deepEqual([byClient?.reporter, byClient?.requestBytes], ['client', 100]);
    assert.deepEqual(
      [byServer?.reporter, byServer?.requestBytes, byServer?.source.workload?.name],
      ['server', 1000, 'web'],
    );
  });

  it('counts a connection once, when it ends, whatever became of it', () => {
    const edges = new EdgeTable();
    edges.observe(connection(), fromClient);
    edges.observe(
      connection({ timeMs: T0 + 1, phase: 'closed', closeReason: 'reset-received', isNew: false }),
      fromClient,
    );
    edges.observe(connection({ id: '2', phase: 'closed', closeReason: 'refused', established: false }), fromClient);
    edges.observe(connection({ id: '3', phase: 'closed', closeReason: 'none', established: false }), fromClient);
    assert.deepEqual(edges.peek()[0]?.connections, { established: 0, refused: 1, timeout: 0, reset: 1 });
  });

  it('keeps the service that a client speaks to', () => {
    const service: Endpoint = { ip: '10.96.0.10', kind: 'service', namespace: 'shop', service: 'db' };
    const edges = new EdgeTable();
    edges.observe(connection({ remote: { ip: service.ip, port: 5432 } }), { local: client, remote: service });
    assert.equal(edges.peek()[0]?.destination.service, 'db');
  });

  it('sums what finds no room in one other edge, so that no byte is lost', () => {
    const edges = new EdgeTable({ capacity: 10 });
    for (let index = 0; index < 500; index++) {
      const remote: Endpoint = { ip: `203.0.113.${index}`, kind: 'world' };
      edges.observe(connection({ phase: 'closed', remote: { ip: remote.ip, port: 443 } }), { local: client, remote });
    }
    const all = edges.peek();
    assert.equal(all.length, 11);
    assert.equal(
      all.reduce((sum, edge) => sum + edge.responseBytes, 0),
      500_000,
    );
    assert.equal(all.at(-1)?.destination.subnetLabel, 'other');
    assert.equal(all.at(-1)?.connections.established, 490);
    assert.equal(edges.state.evicted, 490);
  });

  it('tells thousands of edges apart, and sums each by itself', () => {
    const edges = new EdgeTable({ capacity: 3000 });
    const sums = new Map<string, number>();
    let random = 7;
    for (let index = 0; index < 20_000; index++) {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
      const [stranger, port] = [(random >>> 8) % 250, 5000 + ((random >>> 24) % 16)];
      const remote: Endpoint = { ip: `203.0.113.${stranger}`, kind: 'world' };
      edges.observe(connection({ id: `${index}`, remote: { ip: remote.ip, port } }), { local: client, remote });
      sums.set(`${remote.ip}:${port}`, (sums.get(`${remote.ip}:${port}`) ?? 0) + 100);
    }
    const all = edges.peek().filter(({ port }) => port > 0);
    assert.equal(all.length, 3000);
    for (const { destination, port, requestBytes } of all)
      assert.equal(requestBytes, sums.get(`${destination.ip}:${port}`), `${destination.ip}:${port}`);
    const total = edges.peek().reduce((sum, { requestBytes }) => sum + requestBytes, 0);
    assert.equal(total, 2_000_000);
  });

  it('counts what comes after its window was given away in the next one', () => {
    const edges = new EdgeTable();
    edges.observe(connection(), fromClient);
    edges.flush(T0 + 11_500);
    edges.observe(connection({ timeMs: T0 + 9000 }), fromClient);
    assert.deepEqual(edges.flush(T0 + 12_000), []);
    assert.equal(edges.flush(T0 + 21_500)[0]?.windowStart, '2023-11-14T22:13:30.000Z');
  });

  it('loses nothing and hoards nothing when the clock jumps', () => {
    const edges = new EdgeTable();
    let bytes = 0;
    for (const jump of [0, 3_600_000, -3_600_000, 7_200_000, 0, 86_400_000]) {
      edges.observe(connection({ timeMs: T0 + jump }), fromClient);
      for (const edge of edges.flush(T0 + jump + 1)) bytes += edge.responseBytes;
    }
    for (const edge of edges.flush(T0 + 172_800_000)) bytes += edge.responseBytes;
    assert.equal(bytes, 6000);
  });

  it('leaves loopback out', () => {
    const edges = new EdgeTable();
    edges.observe(connection({ local: { ip: '10.0.0.1', port: 1 }, remote: { ip: '10.0.0.1', port: 2 } }), fromClient);
    assert.deepEqual(edges.peek(), []);
  });
});
