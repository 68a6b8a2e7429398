import { openBenchObject } from './bench-object.ts';

/** What the kernel's LPM trie takes for a list: nanoseconds a look-up, nanoseconds an insertion, bytes. */
export interface TrieFigures {
  readonly lookupNs: number;
  readonly insertNs: number;
  readonly bytes: number;
}

/** Look-ups of one run of the program. */
export const TRIE_LOOKUPS = 4096;
const RUNS = 200;

/** Root only. `asked` has TRIE_LOOKUPS addresses. */
export function measureTrie(addresses: Uint32Array, asked: Uint32Array): TrieFigures {
  using object = openBenchObject('lpm-trie');
  object.load();
  const trie = object.map('bench_trie');
  const key = new Uint8Array(8);
  const keyView = new DataView(key.buffer);
  const value = new Uint8Array(4);
  keyView.setUint32(0, 32, true);
  const begin = performance.now();
  for (const address of addresses) {
    keyView.setUint32(4, address);
    trie.setRaw(key, value);
  }
  const insertNs = ((performance.now() - begin) * 1e6) / addresses.length;
  const array = object.map('bench_asked');
  const index = new Uint8Array(4);
  for (let at = 0; at < TRIE_LOOKUPS; at++) {
    new DataView(index.buffer).setUint32(0, at, true);
    new DataView(value.buffer).setUint32(0, asked[at]!);
    array.setRaw(index, value);
  }
  const data = new Uint8Array(64);
  const run = (name: string) => object.program(name).testRun({ data, repeat: RUNS });
  run('bench_lookup');
  const { durationNs, retval } = run('bench_lookup');
  if (retval === 0) throw new Error('the trie found nothing');
  const { durationNs: without } = run('bench_nothing');
  return { lookupNs: (durationNs - without) / TRIE_LOOKUPS, insertNs, bytes: trie.info().memlockBytes };
}
