import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAP_TYPE } from '@netguard/libbpf';
import { lines, seriesOf, WEB_CGROUP } from './testing/series-of.ts';
import {
  array,
  be16,
  be32,
  bool,
  type CType,
  in6,
  s64,
  struct,
  typedef,
  typedMap,
  u8,
  u16,
  u32,
  u64,
} from './testing/typed-map.ts';

/** What a key of this type becomes, with 1 as value. */
function label(key: CType, value: Parameters<ReturnType<typeof typedMap>['set']>[0], name = 'm'): string {
  const map = typedMap(name, key, u64);
  map.set(value, 1);
  return lines(seriesOf([map]))
    .join()
    .replace(/^\w+?_total/, '')
    .replace(/ 1$/, '');
}

/** What a value of this type becomes, without a key. */
function samples(value: CType, of: Parameters<ReturnType<typeof typedMap>['set']>[1], name = 'm'): string[] {
  const map = typedMap(name, u32, value, { type: MAP_TYPE.ARRAY, maxEntries: 1 });
  map.set(0, of);
  return lines(seriesOf([map]));
}

const TEN = 0x0100000a;
const V6 = Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7);

describe('keys become labels', () => {
  it('addresses, by names of fields and types', () => {
    assert.equal(label(struct({ saddr: be32 }), { saddr: TEN }), '{saddr="10.0.0.1"}');
    assert.equal(label(struct({ who: typedef('ipv4_be', u32) }), { who: TEN }), '{who="10.0.0.1"}');
    assert.equal(label(struct({ peer_ipv4: u32 }), { peer_ipv4: 0x0a000001 }), '{peer_ipv4="10.0.0.1"}');
    assert.equal(label(struct({ daddr: in6 }), { daddr: { s6_addr: V6 } }), '{daddr="2001:db8::7"}');
    assert.equal(label(typedef('ipv6', array(u8, 16)), V6), '{ipv6="2001:db8::7"}');
    const words = [0, 0, 0xffff0000, TEN];
    assert.equal(label(struct({ addr: array(u32, 4) }), { addr: words }), '{addr="10.0.0.1"}', 'v4-mapped');
  });

  it('ports and other numbers in network order, and such as are not', () => {
    assert.equal(label(struct({ dport: be16 }), { dport: 0xbb01 }), '{dport="443"}');
    assert.equal(label(struct({ port_be: u16 }), { port_be: 0xbb01 }), '{port="443"}');
    assert.equal(label(struct({ id: be16 }), { id: 0x0100 }), '{id="1"}');
    assert.equal(label(struct({ dport: u16, saddr: u32 }), { dport: 443, saddr: 5 }), '{dport="443",saddr="5"}');
  });

  it('cgroups, by pod, and strangers by their number', () => {
    const known = '{namespace="shop",pod="web-77",container="app"}';
    assert.equal(label(struct({ cgroup_id: u64 }), { cgroup_id: WEB_CGROUP }), known);
    assert.equal(label(u64, WEB_CGROUP, 'bytes_by_cgroup'), known);
    const stranger = '{src_namespace="",src_pod="",src_container="cgroup:5"}';
    assert.equal(label(struct({ src_cgroup_id: u64 }), { src_cgroup_id: 5 }), stranger);
  });

  it('processes, with their command', () => {
    assert.equal(label(struct({ pid: u32 }), { pid: 231 }), '{pid="231",comm="curl"}');
    assert.equal(label(struct({ pid_tgid: u64 }), { pid_tgid: (231n << 32n) | 9n }), '{pid="231",comm="curl"}');
    const own = struct({ pid: u32, comm: { kind: 'char', length: 16 } });
    assert.equal(label(own, { pid: 231, comm: 'wget' }), '{pid="231",comm="wget"}');
  });

  it('enums, bools, text, bytes and bare numbers', () => {
    const reason: CType = { kind: 'enum', values: { OK: 0, NO_SOCKET: 3 } };
    assert.equal(label(struct({ reason }), { reason: 3 }), '{reason="NO_SOCKET"}');
    assert.equal(label(struct({ reason }), { reason: 9 }), '{reason="9"}');
    assert.equal(label(struct({ ok: bool }), { ok: true }), '{ok="true"}');
    assert.equal(label(struct({ dev: { kind: 'char', length: 8 } }), { dev: 'a\nb' }), '{dev="a\ufffdb"}');
    assert.equal(
      label(struct({ h_mac: array(u8, 6) }), { h_mac: Uint8Array.of(1, 2, 3, 4, 5, 255) }),
      '{h_mac="01:02:03:04:05:ff"}',
    );
    assert.equal(label(struct({ raw: array(u8, 3) }), { raw: Uint8Array.of(0, 10, 255) }), '{raw="000aff"}');
    assert.equal(label(u32, 7), '{key="7"}');
    assert.equal(
      label(struct({ a: u8, _pad: array(u8, 3), b: struct({ c: u16 }) }), { a: 1, b: { c: 2 } }),
      '{a="1",b_c="2"}',
    );
  });

  it('prefixes of a trie, of both families', () => {
    for (const [bytes, text] of [
      [Uint8Array.of(10, 1, 0, 0), '10.1.0.0/16'],
      [V6, '2001:db8::7/16'],
    ] as const) {
      const map = typedMap('m', struct({ prefixlen: u32, data: array(u8, bytes.length) }), u64, {
        type: MAP_TYPE.LPM_TRIE,
      });
      map.set({ prefixlen: 16, data: bytes }, 1);
      assert.deepEqual(lines(seriesOf([map])), [`m_total{prefix="${text}"} 1`]);
    }
  });

  it('indices of an array, but for one with a single entry', () => {
    const map = typedMap('m', u32, u64, { type: MAP_TYPE.ARRAY, maxEntries: 2 });
    map.set(1, 5);
    assert.deepEqual(lines(seriesOf([map])), ['m_total{index="1"} 5']);
    assert.deepEqual(samples(u64, 5), ['m_total 5']);
  });
});

describe('values become samples', () => {
  it('a counter unless name or type is one of a level', () => {
    const value = struct({ packets: u64, inflight: u64, balance: s64, on: bool, tx_total: u64 });
    assert.deepEqual(samples(value, { packets: 1, inflight: 2, balance: -3, on: true, tx_total: 5 }), [
      ...['m_packets_total 1', 'm_inflight 2', 'm_balance -3', 'm_on 1', 'm_tx_total 5'],
    ]);
    assert.deepEqual(samples(u64, 4, 'queue_depth'), ['queue_depth 4']);
  });

  it('times in seconds', () => {
    assert.deepEqual(
      samples(struct({ wait_ns: u64, work_us: u64, rtt_ms: u32 }), { wait_ns: 3, work_us: 5, rtt_ms: 7 }),
      [...['m_wait_seconds_total 3e-9', 'm_work_seconds_total 0.000005', 'm_rtt_seconds 0.007']],
    );
    assert.deepEqual(samples(u64, 1500, 'busy_ms_by_cpu'), ['busy_by_cpu_seconds_total 1.5']);
  });

  it('elements of arrays by their number, text of the value as a label', () => {
    const value = struct({ comm: { kind: 'char', length: 8 }, rings: array(struct({ hits: u32 }), 2) });
    assert.deepEqual(samples(value, { comm: 'nginx', rings: [{ hits: 3 }, { hits: 4 }] }), [
      ...['m_rings_hits_total{comm="nginx",element="0"} 3', 'm_rings_hits_total{comm="nginx",element="1"} 4'],
    ]);
  });

  it('a number as a label where the YAML says so, and no text that it drops', () => {
    const value = struct({ comm: { kind: 'char', length: 8 }, cpu: u32, hits: u64 });
    const map = typedMap('m', u32, value, { type: MAP_TYPE.ARRAY, maxEntries: 1 });
    map.set(0, { comm: 'nginx', cpu: 3, hits: 7 });
    const yaml = 'maps: { m: { samples: { cpu: { as: label }, comm: { drop: true } } } }';
    assert.deepEqual(lines(seriesOf([map], yaml)), ['m_hits_total{cpu="3"} 7']);
  });

  it('a field whose name is a label with a meaning of its own gets another', () => {
    assert.equal(label(struct({ program: u32, le: u32 }), { program: 1, le: 2 }), '{program_field="1",le_field="2"}');
  });

  it('a gauge whose name would end like a part of a histogram gets another end', () => {
    assert.deepEqual(samples(struct({ open_count: u32 }), { open_count: 2 }), ['m_open_count_value 2']);
  });
});
