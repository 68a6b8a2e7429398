import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Endpoint } from '../endpoint.ts';
import { alertId } from './alert-id.ts';
import { fingerprintOf, fnv1a64 } from './fingerprint.ts';

const pod = (name: string, ip: string): Endpoint => ({
  ip,
  kind: 'pod',
  namespace: 'a',
  pod: name,
  workload: { kind: 'Deployment', name: 'web' },
});

/** FNV-1a as its authors write it, over the same bytes. */
function reference(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text, 'utf16le'))
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash.toString(16).padStart(16, '0');
}

describe('a fingerprint', () => {
  it('is FNV-1a of 64 bits', () => {
    for (const text of ['', 'a', 'default\nsyn-flood\n-\nshop/Deployment/web', 'ünïcödé ☃', 'x'.repeat(1000)]) {
      assert.equal(fnv1a64(text), reference(text));
    }
  });

  it('is the same for two pods, ports and nodes of one cause', () => {
    const one = fingerprintOf('c', 'syn-flood', null, { ...pod('web-1', '10.0.0.1'), port: 80 });
    assert.equal(fingerprintOf('c', 'syn-flood', null, { ...pod('web-2', '10.0.0.2'), port: 443 }), one);
  });

  it('tells clusters, rules, sources, targets and bare processes apart', () => {
    const world: Endpoint = { ip: '203.0.113.1', kind: 'world' };
    const process = (port: number): Endpoint => ({
      ip: '10.0.0.7',
      port,
      kind: 'process',
      process: { pid: 1, comm: 'node' },
    });
    const all = [
      fingerprintOf('c', 'syn-flood', null, pod('a', '1')),
      fingerprintOf('d', 'syn-flood', null, pod('a', '1')),
      fingerprintOf('c', 'port-scan', null, pod('a', '1')),
      fingerprintOf('c', 'syn-flood', world, pod('a', '1')),
      fingerprintOf('c', 'syn-flood', pod('a', '1'), world),
      fingerprintOf('c', 'syn-flood', null, process(80)),
      fingerprintOf('c', 'syn-flood', null, process(81)),
    ];
    assert.equal(new Set(all).size, all.length);
  });
});

describe('an alert id', () => {
  it('looks like a ULID, sorts by time and differs within one millisecond and between nodes', () => {
    const ids = [
      alertId(1000, 'f', 'n', 0),
      alertId(1000, 'f', 'n', 1),
      alertId(1000, 'f', 'm', 0),
      alertId(1001, 'f', 'n', 0),
    ];
    for (const id of ids) assert.match(id, /^[0-9A-HJKMNP-TV-Z]{26}$/);
    assert.equal(new Set(ids).size, 4);
    assert.ok(ids.slice(0, 3).every((id) => id < ids[3]!));
    assert.equal(alertId(1000, 'f', 'n', 0), ids[0]);
  });
});
