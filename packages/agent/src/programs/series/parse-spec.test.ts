import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '../../config/problem.ts';
import { mergeFamilies } from './merge-families.ts';
import { parseProgramSpec } from './parse-spec.ts';
import { seriesOf } from './testing/series-of.ts';
import { be32, struct, typedMap, u64 } from './testing/typed-map.ts';

function problems(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems.map(({ where, message }) => `${where}: ${message}`);
  }
  return assert.fail('nothing was wrong');
}

test('what is wrong in the YAML itself is named with line and column', () => {
  const text = `apiVersion: netguard/v1
kind: Program
maps:
  syns:
    maxSerie: 5
    perCpu: add
alerts:
  - name: A b
    expr: x > 1
    for: 5
`;
  assert.deepEqual(
    problems(() => parseProgramSpec(text, 'p.yaml')),
    [
      'p.yaml:6:13: maps.syns.perCpu: Invalid option: expected one of "sum"|"label", found "add"',
      'p.yaml:5:5: unknown key "maps.syns.maxSerie", did you mean "maxSeries"?',
      'p.yaml:8:11: alerts[0].name: must be lower case letters, digits and -, found "A b"',
      'p.yaml:10:10: alerts[0].for: Invalid input: expected string, received number, found 5',
    ],
  );
  assert.throws(() => parseProgramSpec('a: [', 'p.yaml'), { code: 'NG_ERR_PROGRAM_YAML' });
  assert.throws(() => parseProgramSpec(`#${' '.repeat(300_000)}`, 'p.yaml'), { code: 'NG_ERR_PROGRAM_SPEC' });
});

test('names that the program has not are named with the nearest that it has', () => {
  const maps = [typedMap('syns', struct({ saddr: be32 }), struct({ packets: u64, bytes: u64 }))];
  const yaml = `maps:
  sins: {}
  syns:
    labels: { sadr: { drop: true } }
    samples: { byte: { drop: true }, packets: { drop: true } }
    sumBy: [source]
events:
  event: { type: e }
`;
  assert.deepEqual(
    problems(() => seriesOf(maps, yaml)),
    [
      'test.yaml:4:3: unknown map "maps.sins", did you mean "syns"?',
      'test.yaml:6:15: unknown field of the key "maps.syns.labels.sadr", did you mean "saddr"?',
      'test.yaml:7:16: unknown field of the value "maps.syns.samples.byte", did you mean "bytes"?',
      'test.yaml:8:13: unknown label "source"; known here: saddr',
      'test.yaml:10:3: unknown ring buffer "events.event", did you mean "events"?',
    ],
  );
});

test('a constant label does not stand in the place of one that tells series apart', () => {
  const maps = [typedMap('syns', struct({ saddr: be32 }), u64)];
  assert.deepEqual(
    problems(() => seriesOf(maps, 'maps: { syns: { constLabels: { saddr: x } } }')),
    ['test.yaml:3:32: saddr is a label of the map already: rename or drop that one'],
  );
});

test('two metrics of one name are refused', () => {
  const maps = [typedMap('a', u64, u64), typedMap('b', u64, u64)];
  const yaml = 'maps: { a: { metric: seen }, b: { metric: seen } }\n';
  assert.deepEqual(
    problems(() => seriesOf(maps, yaml)),
    ['test.yaml:3:33: b.value and a.value would both be seen_total: name one of them with metric'],
  );
});

test('families of several programs are merged by name, but for those of another type', () => {
  const family = (type: 'counter' | 'gauge', program: string) => {
    return { name: 'x_total', help: 'h', type, samples: [{ labels: { program }, value: 1 }] };
  };
  const { families, conflicts } = mergeFamilies([
    [family('counter', 'a')],
    [family('counter', 'b')],
    [family('gauge', 'c')],
  ]);
  assert.deepEqual(
    families.map(({ samples }) => samples.map(({ labels }) => labels.program)),
    [['a', 'b']],
  );
  assert.deepEqual(conflicts, ['x_total']);
});
