/** Inserts and deletes in a pinned map for half a second: <pin>. */
import { BpfMap } from '../../src/index.ts';

using map = BpfMap.fromPinned(process.argv[2]!);
const key = new Uint8Array(8);
const words = new Uint32Array(key.buffer);
const value = new Uint8Array(8);
words[1] = 2;
const end = performance.now() + 500;
while (performance.now() < end) {
  for (let round = 0; round < 1000; round++) {
    words[0] = (words[0]! * 1103515245 + 12345) & 0x3fff;
    if (!map.deleteRaw(key)) map.setRaw(key, value);
  }
}
