import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { type ProbeObservation, parseAddress } from '@netguard/core';
import { ngProbeEvent as E, ngProbe4Key as K4, ngProbeKey as K6, ngProbeValue as V } from '@netguard/core/abi';
import { FakeMap } from '../../testing/fake-map.ts';
import { KernelClock } from './kernel-clock.ts';
import { ProbeReader } from './probe-reader.ts';

const NETNS = 4026531840;

describe('a reader of probes', () => {
  let nowMs: number;
  let ipv4: FakeMap;
  let ipv6: FakeMap;
  let reader: ProbeReader;

  beforeEach(() => {
    nowMs = 0;
    const clock = new KernelClock(
      () => nowMs * 1e6,
      () => nowMs * 1e6,
    );
    ipv4 = new FakeMap(K4.SIZE, V.SIZE);
    ipv6 = new FakeMap(K6.SIZE, V.SIZE);
    reader = new ProbeReader(ipv4, ipv6, clock);
  });

  const key4 = new Uint8Array(K4.SIZE);
  new DataView(key4.buffer).setUint32(K4.netns, NETNS, true);
  key4.set([10, 0, 0, 1], K4.source);
  key4.set([10, 0, 0, 2], K4.target);

  function key6(source: string, target: string): Uint8Array {
    const key = new Uint8Array(K6.SIZE);
    new DataView(key.buffer).setUint32(K6.netns, NETNS, true);
    key.set(parseAddress(source)!, K6.source);
    key.set(parseAddress(target)!, K6.target);
    return key;
  }

  function value(syns: number, firstNs = 5): Uint8Array {
    const bytes = new Uint8Array(V.SIZE);
    const view = new DataView(bytes.buffer);
    view.setUint32(V.first_ns, firstNs, true);
    view.setUint32(V.shape, syns, true);
    view.setUint32(V.port_bits, 5, true);
    return bytes;
  }

  function read(): ProbeObservation[] {
    const seen: ProbeObservation[] = [];
    reader.read((each) => seen.push(each));
    return seen;
  }

  function event(key: Uint8Array, syns: number): ProbeObservation | undefined {
    const bytes = new Uint8Array(E.SIZE);
    bytes.set(key, E.key_netns);
    bytes.set(value(syns), E.value_ports);
    return reader.event(bytes, new DataView(bytes.buffer), 0);
  }

  it('tells pairs of either family', () => {
    ipv4.setRaw(key4, value(3));
    ipv6.setRaw(key6('fd00::1', 'fd00::2'), value(4));
    assert.deepEqual(
      read().map((seen) => [seen.netns, seen.sourceIp, seen.targetIp, seen.packets, seen.shapes.syn]),
      [
        [NETNS, '10.0.0.1', '10.0.0.2', 3, 3],
        [NETNS, 'fd00::1', 'fd00::2', 4, 4],
      ],
    );
    assert.deepEqual(reader.entries, { ipv4: 1, ipv6: 1 });
    assert.deepEqual(read(), []);
  });

  for (const { family, source, target } of [
    { family: 'IPv4', source: '10.0.0.1', target: '10.0.0.2' },
    { family: 'IPv6', source: 'fd00::1', target: 'fd00::2' },
  ]) {
    it(`adds an alarm and a tick of one ${family} pair up, none twice`, () => {
      const key = key6(source, target);
      assert.deepEqual([event(key, 20)?.packets, event(key, 20)?.packets], [20, undefined]);
      if (family === 'IPv4') ipv4.setRaw(key4, value(30));
      else ipv6.setRaw(key, value(30));
      const [seen] = read();
      assert.deepEqual([seen?.sourceIp, seen?.packets, seen?.trigger], [source, 10, 'tick']);
    });
  }

  it('says nothing for an alarm that comes out of the ring after a tick has told of its packets', () => {
    ipv4.setRaw(key4, value(30));
    assert.equal(read()[0]?.packets, 30);
    const key = key6('10.0.0.1', '10.0.0.2');
    assert.equal(event(key, 20), undefined);
    ipv4.setRaw(key4, value(31));
    assert.equal(read()[0]?.packets, 1);
  });

  it('goes on when a 32-bit counter wraps, and begins anew when the pair was evicted between', () => {
    ipv4.setRaw(key4, value(0xffff_fffe));
    read();
    ipv4.setRaw(key4, value(3));
    assert.equal(read()[0]?.packets, 5);
    ipv4.setRaw(key4, value(4, 6));
    assert.equal(read()[0]?.packets, 4);
  });

  it('deletes a pair that was idle for two minutes', () => {
    ipv4.setRaw(key4, value(3));
    read();
    nowMs += 120_001;
    assert.deepEqual(read(), []);
    assert.equal(ipv4.entries.size, 0);
  });
});
