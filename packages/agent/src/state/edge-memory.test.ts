import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Edge, type Endpoint, OTHER_ENDPOINT } from '@netguard/core';
import { edge, podEndpoint, START_MS } from '../testing/samples.ts';
import { EdgeMemory } from './edge-memory.ts';

const NONE = { established: 0, refused: 0, timeout: 0, reset: 0 };
const at = (window: number): string => new Date(START_MS + window * 10_000).toISOString();
const web = podEndpoint('web-1');
const api = podEndpoint('api-1');

function seen(more: Partial<Edge>): Edge {
  return edge({ source: web, destination: api, port: 80, connections: { ...NONE, established: 1 }, ...more });
}

function known(...edges: Edge[]) {
  const memory = new EdgeMemory();
  memory.add(edges);
  return [...memory.known()];
}

describe('the memory of edges', () => {
  it('folds windows, and keeps ports and reporters apart', () => {
    const all = known(
      seen({ windowStart: at(0) }),
      seen({ windowStart: at(5), connections: { ...NONE, established: 2, reset: 1, timeout: 4 } }),
      seen({ windowStart: at(5), port: 81 }),
      seen({ windowStart: at(5), reporter: 'client' }),
    );
    assert.equal(all.length, 3);
    const [first] = all;
    assert.deepEqual(
      [first?.port, first?.established, first?.failed, first?.windows, first?.firstSeen, first?.lastSeen],
      [80, 4, 4, 2, at(0), at(6)],
    );
  });

  it('takes bytes of a connection that has not ended, and datagrams that came back, for an answer', () => {
    const quiet = { connections: NONE, requestBytes: 0, responseBytes: 0 };
    const answers = (more: Partial<Edge>) => known(seen({ ...quiet, ...more }))[0]?.isAnswered;
    assert.equal(answers({ requestBytes: 1 }), true);
    assert.equal(answers({}), false);
    assert.equal(answers({ protocol: 'UDP', requestBytes: 1 }), false);
    assert.equal(answers({ protocol: 'UDP', responseBytes: 1 }), true);
    assert.equal(answers({ connections: { ...NONE, reset: 1 } }), false);
  });

  it('makes one entry of a scan', () => {
    const refused = { connections: { ...NONE, refused: 1 }, requestBytes: 0, responseBytes: 0 };
    const all = known(...Array.from({ length: 1000 }, (_, port) => seen({ port: port + 1, ...refused })));
    assert.equal(all.length, 1);
    assert.deepEqual([all[0]?.port, all[0]?.failed, all[0]?.isAnswered], [null, 1000, false]);
  });

  it('tells 256 addresses outside apart at a port, and makes one of the rest by family', () => {
    const client = (index: number): Endpoint => ({ ip: `203.0.${index >> 8}.${index & 255}`, kind: 'world' });
    const all = known(
      ...Array.from({ length: 1000 }, (_, index) => seen({ source: client(index) })),
      seen({ source: { ip: '2001:db8::1', kind: 'world' } }),
      seen({ source: client(0), port: 443 }),
    );
    assert.equal(all.length, 256 + 3);
    assert.equal(all.find(({ source }) => source.ip === '0.0.0.0')?.established, 744);
    assert.ok(all.some(({ source }) => source.ip === '::'));
    assert.ok(all.some(({ source, port }) => source.ip === client(0).ip && port === 443));
  });

  it('is bounded, and counts what it forgot and what had no name', () => {
    const memory = new EdgeMemory();
    for (let index = 0; index < 20_000; index++) memory.add([seen({ source: podEndpoint(`p${index}-1`) })]);
    memory.add([seen({ source: OTHER_ENDPOINT, destination: OTHER_ENDPOINT, port: 0 })]);
    const { entries, capacity, evicted } = memory.state;
    assert.deepEqual([entries, evicted, memory.unnamed], [capacity, 20_000 - capacity, 1]);
  });

  it('makes room for addresses outside again when it forgets some', () => {
    const memory = new EdgeMemory();
    const client = (index: number) => seen({ source: { ip: `203.0.${index >> 8}.${index & 255}`, kind: 'world' } });
    for (let index = 0; index < 256; index++) memory.add([client(index)]);
    for (let index = 0; index < 16_384; index++) memory.add([seen({ source: podEndpoint(`p${index}-1`) })]);
    memory.add([client(300)]);
    assert.ok([...memory.known()].some(({ source }) => source.ip === '203.0.1.44'));
  });
});
