import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BpftraceLines } from './bpftrace-lines.ts';

/** As bpftrace 0.23 writes them. */
const SAID = `{"type": "attached_probes", "data": {"probes": 2}}
{"type": "map", "data": {"@n": 7}}
{"type": "map", "data": {"@bytes": {"curl,80": 120, "ssh,22": 5}}}
{"type": "stats", "data": {"@size": {"count": 3, "average": 4, "total": 12}}}
{"type": "hist", "data": {"@us": {"read": [{"min": 1, "max": 1, "count": 4}, {"min": 2, "max": 3, "count": 1}]}}}
{"type": "printf", "data": "hello\\n"}
{"type": "lost_events", "data": {"events": 9}}
`;

function linesOf(text: string): BpftraceLines {
  const lines = new BpftraceLines();
  lines.take(text);
  return lines;
}

test('maps are as the script printed them last', () => {
  const { maps, isAttached, lostEvents, ignored } = linesOf(`${SAID}{"type": "map", "data": {"@n": 8}}\n`);
  assert.deepEqual([isAttached, lostEvents, ignored], [true, 9, 0]);
  assert.deepEqual([...maps.keys()], ['@n', '@bytes', '@size', '@us']);
  assert.deepEqual([...maps.get('@n')!], [['', 8]]);
  assert.deepEqual(
    [...maps.get('@bytes')!],
    [
      ['curl,80', 120],
      ['ssh,22', 5],
    ],
  );
  assert.deepEqual([...maps.get('@size')!], [['', { count: 3, average: 4, total: 12 }]]);
  assert.deepEqual(maps.get('@us')?.get('read'), [
    { min: 1, max: 1, count: 4 },
    { min: 2, max: 3, count: 1 },
  ]);
});

test('text may be cut anywhere', () => {
  const lines = new BpftraceLines();
  for (const character of SAID) lines.take(character);
  assert.deepEqual(lines.maps, linesOf(SAID).maps);
});

test('what is no JSON, too long or too much is counted', () => {
  const long = `{"type": "map", "data": {"@x": "${'a'.repeat(2_000_000)}"}}\n`;
  const lines = new BpftraceLines();
  for (let at = 0; at < long.length; at += 65_536) lines.take(long.slice(at, at + 65_536));
  lines.take('nonsense\n[1]\n{"type": "map", "data": {"@ok": 1}}\n');
  assert.deepEqual([[...lines.maps.keys()], lines.ignored], [['@ok'], 3]);
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i]));
  const { maps, ignored } = linesOf(`${JSON.stringify({ type: 'map', data: { '@many': many } })}\n`);
  assert.deepEqual([maps.get('@many')?.size, ignored], [4096, 904]);
  const names = Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`@${i}`, i]));
  assert.equal(linesOf(`${JSON.stringify({ type: 'map', data: names })}\n`).maps.size, 64);
});

test('nothing that a script may say throws', () => {
  const types = fc.constantFrom('map', 'hist', 'stats', 'attached_probes', 'lost_events', 'x');
  fc.assert(
    fc.property(types, fc.jsonValue(), fc.string(), (type, data, tail) => {
      linesOf(`${JSON.stringify({ type, data })}\n${JSON.stringify({ type, data: { '@x': data } })}\n${tail}\n`);
    }),
  );
});
