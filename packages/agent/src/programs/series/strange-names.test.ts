import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAP_TYPE } from '@netguard/libbpf';
import { EventDecoder } from './event-decoder.ts';
import { NO_SPEC } from './parse-spec.ts';
import { lines, seriesOf, testNames } from './testing/series-of.ts';
import { struct, typedMap, u32, u64 } from './testing/typed-map.ts';

const INHERITED = ['constructor', 'toString', 'hasOwnProperty', '__proto__'];

test('maps and fields may be called as what every object of JavaScript has', () => {
  for (const name of INHERITED) {
    const number = typedMap(name, u32, u64, { type: MAP_TYPE.ARRAY, maxEntries: 1 });
    number.set(0, 7);
    assert.deepEqual(lines(seriesOf([number])), [`${name}_total 7`]);
    assert.deepEqual(lines(seriesOf([number], 'maps: {}')), [`${name}_total 7`]);
  }
  for (const name of INHERITED.slice(0, -1)) {
    const fields = typedMap('m', struct({ [name]: u32 }), struct({ [name]: u64 }));
    fields.set({ [name]: 1 }, { [name]: 2 });
    assert.deepEqual(lines(seriesOf([fields])), [`m_${name}_total{${name}="1"} 2`]);
  }
});

test('a ring buffer of such a name has no events without a type of its own', () => {
  const { btf } = typedMap('m', u32, u64);
  const decoder = (map: string) => () => new EventDecoder('p', map, btf, NO_SPEC, testNames);
  for (const name of INHERITED)
    assert.throws(decoder(name), { code: 'NG_ERR_PROGRAM_SPEC', message: /type is missing/ });
});
