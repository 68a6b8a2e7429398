/** Maps of the real kernel as metrics: what user space wrote is what the exposition says, for every type of map. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Registry } from 'prom-client';
import { registerFamily } from '../../packages/agent/src/metrics/family.ts';
import { EventDecoder } from '../../packages/agent/src/programs/series/event-decoder.ts';
import { NO_SPEC, parseProgramSpec } from '../../packages/agent/src/programs/series/parse-spec.ts';
import { ProgramSeries } from '../../packages/agent/src/programs/series/program-series.ts';
import { readableMap } from '../../packages/agent/src/programs/series/readable-map.ts';
import type { SeriesNames } from '../../packages/agent/src/programs/series/types.ts';
import { parseExposition } from '../../packages/agent/src/testing/exposition.ts';
import { BpfObject, EventLoop } from '../../packages/libbpf/src/index.ts';
import { assertPromtool } from '../e2e/support/exposition.ts';

const SOURCE = fileURLToPath(new URL('support/program-maps.bpf.c', import.meta.url));
const COMPILE = `clang=$(command -v clang-19 || command -v clang) && exec "$clang" -target bpf -mcpu=v3 -O2 -g \
  -idirafter "/usr/include/$(uname -m)-linux-gnu" -c "$1" -o "$2"`;
const V6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5];

const names: SeriesNames = {
  cgroup: (id) => (id === 77 ? { ip: '10.244.1.5', kind: 'pod', namespace: 'shop', pod: 'web-1' } : undefined),
  address: (ip) => ({ ip, kind: 'world' }),
  command: (pid) => (pid === 231 ? 'curl' : undefined),
};

const object = loaded();
after(() => object.close());

function loaded(): BpfObject {
  const directory = mkdtempSync(join(tmpdir(), 'netguard-series-'));
  try {
    const file = join(directory, 'maps.bpf.o');
    execFileSync('/bin/sh', ['-c', COMPILE, 'sh', SOURCE, file], { stdio: ['ignore', 'inherit', 'inherit'] });
    const opened = BpfObject.open(file);
    opened.load();
    return opened;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Puts `value` on the first CPU, `more` on the second if there is one. */
function perCpu(map: string, key: unknown, value: number, more: number): number {
  const target = object.map<unknown, number[]>(map);
  const cpus = target.valueStride / 8;
  target.set(
    key,
    Array.from({ length: cpus }, (_, cpu) => (cpu === 0 ? value : cpu === 1 ? more : 0)),
  );
  return value + (cpus > 1 ? more : 0);
}

function seriesOf(yaml?: string): ProgramSeries {
  const maps = Array.from(object.maps.values(), readableMap).filter((map) => typeof map !== 'string');
  const spec = yaml === undefined ? NO_SPEC : parseProgramSpec(yaml, 'maps.yaml');
  return new ProgramSeries({ program: 'all-maps', spec, maps, names, rings: ['events'] });
}

async function exposition(series: ProgramSeries, nowMs = 1000) {
  const registry = new Registry();
  for (const { name, help, type, samples } of series.read(nowMs)) {
    registerFamily(registry, { name, help, type, collect: () => samples });
  }
  assert.equal(series.state.lastError, undefined);
  const text = await registry.metrics();
  assertPromtool(text);
  const families = parseExposition(text);
  return (name: string) => {
    const family = families.get(`netguard_program_all_maps_${name}`);
    assert.ok(family, `${name} is one of ${[...families.keys()].join(', ')}`);
    return {
      type: family.type,
      samples: family.samples.map(({ labels: { program, ...labels }, value }) => ({ labels, value })),
    };
  };
}

test('a struct of structs by addresses, port and enum is a metric for each field', async () => {
  const counts = {
    packets: 3,
    bytes: 2 ** 40,
    balance: -7,
    marked: true,
    queue: { wait_ns: 1_500_000_000, backlog: 4 },
  };
  const key = { saddr: 0x0501a8c0, dport: 0xbb01, verdict: 1, daddr: { in6_u: { u6_addr8: Uint8Array.from(V6) } } };
  object.map('flows').set(key, counts);
  const of = await exposition(seriesOf());
  const labels = { saddr: '192.168.1.5', dport: '443', verdict: 'VERDICT_DROP', daddr: '2001:db8::5' };
  const one = (type: string, value: number) => ({ type, samples: [{ labels, value }] });
  assert.deepEqual(of('flows_packets_total'), one('counter', 3));
  assert.deepEqual(of('flows_bytes_total'), one('counter', 2 ** 40));
  assert.deepEqual(of('flows_balance'), one('gauge', -7));
  assert.deepEqual(of('flows_marked'), one('gauge', 1));
  assert.deepEqual(of('flows_queue_wait_seconds_total'), one('counter', 1.5));
  assert.deepEqual(of('flows_queue_backlog'), one('gauge', 4));
});

test('LRU, per-CPU and LPM maps, by address, cgroup, process and prefix', async () => {
  object.map<number, number>('syns').set(0x0900000a, 12);
  const sent = perCpu('sent_bytes', 77, 1000, 234);
  const stray = perCpu('sent_bytes', 99, 5, 6);
  const calls = perCpu('calls', { pid: 231, comm: 'a "b"\\c\n' }, 8, 1);
  object.map<unknown, number>('blocked').set({ prefixlen: 8, addr: Uint8Array.of(10, 0, 0, 0) }, 2);
  const of = await exposition(seriesOf());
  assert.deepEqual(of('syns_total').samples, [{ labels: { ipv4: '10.0.0.9' }, value: 12 }]);
  assert.deepEqual(
    of('sent_bytes_total').samples.sort((a, b) => b.value - a.value),
    [
      { labels: { namespace: 'shop', pod: 'web-1', container: '' }, value: sent },
      { labels: { namespace: '', pod: '', container: 'cgroup:99' }, value: stray },
    ],
  );
  const [call] = of('calls_total').samples;
  assert.equal(call?.value, calls);
  assert.equal(call?.labels.pid, '231');
  assert.equal(call?.labels.comm, 'a "b"\\c\ufffd');
  assert.deepEqual(of('blocked_total').samples, [{ labels: { prefix: '10.0.0.0/8' }, value: 2 }]);
});

test('slots of powers of two are histograms, in an array of a struct and in an array map', async () => {
  object.map('latency').set(0, { slots: [1, 0, 2, 0, 0, 0, 0, 3], sum_ns: 2_500_000_000 });
  perCpu('connect_us_hist', 1, 4, 0);
  perCpu('connect_us_hist', 5, 1, 0);
  const of = await exposition(seriesOf());
  const latency = of('latency').samples;
  assert.deepEqual(
    latency.map(({ labels, value }) => [labels.le, value]),
    [
      ['2', 1],
      ['4', 1],
      ['8', 3],
      ['16', 3],
      ['32', 3],
      ['64', 3],
      ['128', 3],
      ['+Inf', 6],
      [undefined, 2.5],
      [undefined, 6],
    ],
  );
  const connect = of('connect_seconds').samples;
  assert.deepEqual(
    connect.map(({ labels, value }) => [labels.le, value]),
    [
      ['0.000002', 0],
      ['0.000004', 4],
      ['0.000008', 4],
      ['0.000016', 4],
      ['0.000032', 4],
      ['+Inf', 5],
      [undefined, (4 * 3 + 48) / 1e6],
      [undefined, 5],
    ],
  );
});

test('the YAML renames, drops, sums, caps and shows CPUs', async () => {
  const syns = object.map<number, number>('syns');
  for (let host = 1; host <= 5; host++) syns.set((host << 24) | 0x0000000a, host);
  const total = perCpu('sent_bytes', 77, 1000, 234);
  const stray = perCpu('sent_bytes', 99, 5, 6);
  const yaml = `apiVersion: netguard/v1
kind: Program
maps:
  syns: { maxSeries: 3, labels: { ipv4_be: { label: source } }, constLabels: { team: edge }, samples: { value: { metric: edge_syns } } }
  sent_bytes: { sumBy: [namespace] }
  calls: { perCpu: label, labels: { comm: { drop: true } } }
  flows: { export: false }
`;
  const series = seriesOf(yaml);
  const shown = new Map(series.read(1000).map((family) => [family.name, family.samples]));
  const edge = shown.get('edge_syns_total') ?? [];
  assert.equal(edge.length, 4);
  assert.equal(
    edge.reduce((sum, { value }) => sum + value, 0),
    12 + 1 + 2 + 3 + 4 + 5,
  );
  assert.equal(edge.at(-1)?.labels.source, 'other');
  assert.equal(edge[0]?.labels.team, 'edge');
  const sent = shown.get('netguard_program_all_maps_sent_bytes_total') ?? [];
  assert.deepEqual(
    new Map(sent.map(({ labels, value }) => [labels.namespace, value])),
    new Map([
      ['shop', total],
      ['', stray],
    ]),
  );
  const cpus = shown.get('netguard_program_all_maps_calls_total')?.filter(({ value }) => value > 0) ?? [];
  assert.deepEqual(cpus[0]?.labels.cpu, '0');
  assert.ok(![...shown.keys()].some((name) => name.includes('flows')));
});

test('a counter does not fall when its entry is deleted, and grows when it comes again', async () => {
  const syns = object.map<number, number>('syns');
  syns.clear();
  syns.set(0x0100000a, 100);
  const series = seriesOf();
  const value = (nowMs: number) =>
    series.read(nowMs).find(({ name }) => name.endsWith('_syns_total'))?.samples[0]?.value;
  assert.equal(value(1000), 100);
  syns.delete(0x0100000a);
  assert.equal(value(100_000), 100);
  syns.set(0x0100000a, 30);
  assert.equal(value(200_000), 130);
});

test('records of the ring buffer are events by the type that the YAML names', async () => {
  const yaml = 'apiVersion: netguard/v1\nkind: Program\nevents: { events: { type: event } }\n';
  const { btf } = object;
  assert.ok(btf);
  const decoder = new EventDecoder('all-maps', 'events', btf, parseProgramSpec(yaml, 'maps.yaml'), names);
  const record = {
    ...{ cgroup_id: 77, pid: 231, dport: 0xbb01, ok: 1, name: 'hello', took_ns: 250_000_000 },
    daddr: { in6_u: { u6_addr8: Uint8Array.from(V6) } },
  };
  object.setGlobals({ said: record });
  const told: unknown[] = [];
  const loop = new EventLoop();
  const ring = loop.addRing(object.map('events'), (view, at, length) => {
    told.push(decoder.decode(view.u8.slice(at, at + length), 5000)?.fields);
  });
  assert.equal(object.program('tell').testRun().retval, 0);
  ring.drain(10);
  await loop.close();
  assert.deepEqual(told, [
    {
      ...{ cgroup_id: 77, namespace: 'shop', pod: 'web-1', pid: 231, comm: 'curl', dport: 443, ok: 1, name: 'hello' },
      ...{ daddr: '2001:db8::5', took_seconds: 0.25 },
    },
  ]);
  assert.equal(decoder.decode(new Uint8Array(3), 0), undefined);
  assert.equal(decoder.short, 1);
});
