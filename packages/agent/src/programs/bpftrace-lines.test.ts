import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { BpftraceLines, type ScriptValue } from './bpftrace-lines.ts';

/** What bpftrace 0.23.2 printed of recorded.bt. */
const RECORDED = readFileSync(`${import.meta.dirname}/testing/recorded.jsonl`, 'utf8');

function linesOf(text: string): BpftraceLines {
  const lines = new BpftraceLines();
  lines.take(text);
  return lines;
}

function shown({ maps }: BpftraceLines): Record<string, readonly (readonly [string, ScriptValue])[]> {
  return Object.fromEntries([...maps].map(([name, { entries }]) => [name, [...entries]]));
}

const bare = (value: ScriptValue) => [['', value]];

test('everything that bpftrace printed of a script is read as it was meant', () => {
  const lines = linesOf(RECORDED);
  assert.deepEqual([lines.isAttaching, lines.isSpeaking, lines.ignored, lines.errors], [true, true, 0, 0]);
  const { '@powers': powers, '@steps': steps, '@by_stack': stack, ...rest } = shown(lines);
  assert.deepEqual(rest, {
    '@address': bare('127.0.0.1'),
    '@assigned': bare(7),
    '@averages': [['bpftrace,1', 15]],
    '@below_zero': bare(-3),
    '@by_address': [['127.0.0.1,80', 1]],
    '@by_bool': [['1', 1]],
    '@by_bytes': [['ab\\x00\\xff', 1]],
    '@by_text': [['q"x\\y\nz', 1]],
    '@by_tuple': [['1,x', 1]],
    '@counts': bare(1),
    '@counts_of': [
      ['b,c', 1],
      ['a', 2],
    ],
    '@fine': bare([
      { min: 96, max: 103, count: 1 },
      { min: 104, max: 111, count: 0 },
      { min: 112, max: 119, count: 0 },
      { min: 120, max: 127, count: 1 },
    ]),
    '@largest': bare(2 ** 64),
    '@least': bare(4),
    '@most': [['-1', 9]],
    '@powers_of': [
      ['z,443', [{ min: 64, max: 127, count: 1 }]],
      ['a b,80', [{ min: 4, max: 7, count: 2 }]],
    ],
    '@quoted': bare('a "b" \\ c\td'),
    '@sizes': bare({ count: 2, average: 15, total: 30 }),
    '@sizes_of': [['日,80', { count: 1, average: -10, total: -10 }]],
    '@sums': bare(12),
    '@symbol': bare('tcp_sendmsg'),
    '@tuple': bare([1, 'two, three', [3, -4]]),
    '@unicode': bare('日 é'),
  });
  assert.match(stack?.[0]?.[0] ?? '', /^bpf_prog_\w+_BEGIN_1\+\d+;__bpf_prog_test_run_raw_tp\+\d+,bpftrace$/);
  const buckets = (entries: typeof powers) => entries?.[0]?.[1] as ScriptValue[];
  assert.deepEqual([buckets(powers)[0], buckets(powers).length], [{ max: -1, count: 1 }, 12]);
  assert.deepEqual(
    [buckets(steps)[0], buckets(steps)[11]],
    [
      { max: -1, count: 1 },
      { min: 100, count: 1 },
    ],
  );
});

test('averages and stats() are told from other maps, histograms too', () => {
  const { maps } = linesOf(RECORDED);
  const kinds = ['@averages', '@sizes', '@powers', '@sums'].map((name) => maps.get(name)?.kind);
  assert.deepEqual(kinds, ['stats', 'stats', 'hist', 'map']);
});

test('a map is as it was printed last, and text may be cut anywhere', () => {
  const lines = new BpftraceLines();
  for (const character of `${RECORDED}{"type": "map", "data": {"@sums": 13}}\n`) lines.take(character);
  assert.deepEqual(shown(lines), { ...shown(linesOf(RECORDED)), '@sums': bare(13) });
});

test('what was lost, and what the kernel refused, is counted in the words of several versions', () => {
  const full = `{"type": "helper_error", "msg": "Map full; can't update element. Try increasing max_map_keys config", "helper": "map_update_elem", "retcode": -7, "line": 1, "col": 27}\n`;
  const lost = '{"type": "lost_events", "data": {"events": 9}}\n{"type":"lost_events", "count":3}\n';
  const { lostEvents, errors, lastError, ignored } = linesOf(full + lost + full);
  assert.deepEqual([lostEvents, errors, ignored], [12, 2, 0]);
  assert.equal(lastError, "line 1: Map full; can't update element. Try increasing max_map_keys config");
});

test('it attaches before it speaks: 0.23 announces its probes before it has attached them', () => {
  const lines = linesOf('{"type": "attached_probes", "data": {"probes": 2}}\n\n');
  assert.deepEqual([lines.isAttaching, lines.isSpeaking], [true, false]);
  lines.take('{"type": "printf", "data": "ready\\n"}\n');
  assert.equal(lines.isSpeaking, true);
});

test('what is no JSON, too long or too much is counted', () => {
  const long = `{"type": "map", "data": {"@x": "${'a'.repeat(4_200_000)}"}}\n`;
  const lines = new BpftraceLines();
  for (let at = 0; at < long.length; at += 65_536) lines.take(long.slice(at, at + 65_536));
  /* The second is what it prints of a key that is a strerror(), before it aborts. */
  lines.take('nonsense\n{"type": "map", "data": {"@err": {\n[1]\n{"type": "map", "data": {"@ok": 1}}\n');
  assert.deepEqual([[...lines.maps.keys()], lines.ignored], [['@ok'], 4]);
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i]));
  const said = (data: unknown) => linesOf(`{"type": "map", "data": ${JSON.stringify(data)}}\n`);
  const { maps, ignored } = said({ '@many': many });
  assert.deepEqual([maps.get('@many')?.entries.size, ignored], [4096, 904]);
  const beyond = said({ '@many': { none: null, ...many } });
  const left = [beyond.maps.get('@many')?.entries.size, beyond.ignored];
  assert.deepEqual(left, [4095, 906], 'what is beyond the limit is not looked at');
  assert.equal(said(Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`@${i}`, i]))).maps.size, 64);
  const deep = linesOf(`{"type": "map", "data": {"@deep": ${'['.repeat(500_000)}${']'.repeat(500_000)}}}\n`);
  assert.equal(deep.maps.size, 1);
});

test('what is called as no map is counted, however much it looks like one', () => {
  const names = ['@a b', '@é', '@x.y', 'x', '', '@x\n', `@${'x'.repeat(128)}`, 'constructor'];
  const data = Object.fromEntries(names.map((name) => [name, 1]));
  const longest = `@${'x'.repeat(127)}`;
  const { maps, ignored } = linesOf(`${JSON.stringify({ type: 'map', data: { ...data, [longest]: 1, '@': 2 } })}\n`);
  assert.deepEqual([[...maps.keys()], ignored], [[longest, '@'], names.length]);
});

test('a script that prints without end is read up to a bound in a second, and the rest counted', () => {
  let nowMs = 5;
  const lines = new BpftraceLines(() => nowMs);
  const big = (n: number, length: number) => `{"type": "map", "data": {"@n": ${n}, "@x": "${'a'.repeat(length)}"}}\n`;
  for (let i = 1; i <= 20; i++) lines.take(big(i, 250_000));
  assert.deepEqual([shown(lines)['@n'], lines.ignored], [bare(5), 15]);
  nowMs += 1000;
  lines.take(big(21, 4_000_000));
  assert.deepEqual([shown(lines)['@n'], lines.ignored], [bare(21), 15], 'a long line is read');
  for (let i = 22; i <= 24; i++) {
    nowMs += 900;
    lines.take(big(i, 10));
  }
  assert.deepEqual([shown(lines)['@n'], lines.ignored], [bare(21), 18], 'and takes from the time after it');
  nowMs += 900;
  lines.take(big(25, 10));
  assert.deepEqual([shown(lines)['@n'], lines.ignored], [bare(25), 18]);
});

test('nothing that a script may say throws', () => {
  const types = fc.constantFrom('map', 'hist', 'stats', 'attached_probes', 'lost_events', 'helper_error', 'x');
  fc.assert(
    fc.property(types, fc.jsonValue(), fc.string(), (type, data, tail) => {
      const said = { type, data, msg: data, line: data };
      linesOf(`${JSON.stringify(said)}\n${JSON.stringify({ type, data: { '@x': data } })}\n${tail}\n`);
    }),
  );
});
