import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BpfMap, Btf, type GlobalVariable } from '@netguard/libbpf';
import { BtfBuilder } from '../../../libbpf/test/btf-builder.ts';
import { dumpVariables, readableVariables } from './global-series.ts';

/** An object with these variables in its .bss, u64s one after the other: the n-th holds n. */
function objectOf(variables: readonly string[], mapNames: readonly string[] = []) {
  const builder = new BtfBuilder();
  const typeId = builder.int('u64', 8);
  const globals = variables.map((name, index): GlobalVariable => {
    return { ...{ name, section: '.bss', map: 'x.bss', typeId, constant: false }, offset: 8 * index };
  });
  const bss = {
    valueStride: 8 * variables.length,
    getRaw: (_key: Uint8Array, value: Uint8Array) => {
      const view = new DataView(value.buffer);
      for (const index of variables.keys()) view.setBigUint64(8 * index, BigInt(index), true);
      return true;
    },
  };
  const maps = new Map(['x.bss', ...mapNames].map((name) => [name, bss as unknown as BpfMap]));
  return { btf: Btf.parse(builder.bytes()), globals, maps };
}

const read = (object: ReturnType<typeof objectOf>) =>
  readableVariables(object).map(({ name, entries }) => [name, Number([...entries()][0]?.[1])]);

test('a static variable of a function has a name that a metric may have', () => {
  const object = objectOf(['f.seen', 'g.seen', 'g.seen.7', 'plain']);
  const named = [
    ['f_seen', 0],
    ['g_seen', 1],
    ['g_seen_7', 2],
    ['plain', 3],
  ];
  assert.deepEqual(read(object), named);
  const [section] = dumpVariables(object, 10);
  const shown = section?.entries.map(({ key }) => key);
  assert.deepEqual(shown, ['f.seen', 'g.seen', 'g.seen.7', 'plain'], 'as the source has them');
});

test('where names become alike a map goes first, and then the variable that is called so', () => {
  const object = objectOf(['f.seen', 'f_seen', 'g.n', 'h.a.b', 'h.a_b', 'drops'], ['g_n', 'drops']);
  assert.deepEqual(read(object), [
    ['f_seen', 1],
    ['h_a_b', 3],
  ]);
});
