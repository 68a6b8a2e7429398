import { joined } from './bytes.ts';
import type { Random } from './random.ts';

/** Bytes that lengths, pointers and ends of lines are made of. */
const ODD = [0, 1, 0x0a, 0x0d, 0x20, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff] as const;

type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => changed(bytes, random, () => random.below(256)),
  (bytes, random) => changed(bytes, random, () => random.pick(ODD)),
  (bytes, random) => changed(bytes, random, (byte) => byte ^ (1 << random.below(8))),
  (bytes, random) => changed(bytes, random, (byte) => (byte + (random.below(2) === 0 ? 1 : 255)) & 255),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => bytes.subarray(random.below(bytes.length + 1)),
  (bytes, random) => {
    const from = random.below(bytes.length + 1);
    return joined(bytes.subarray(0, from), bytes.subarray(from + random.below(8)));
  },
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    return joined(bytes.subarray(0, at), random.bytes(1 + random.below(16)), bytes.subarray(at));
  },
  (bytes, random) => {
    const from = random.below(bytes.length + 1);
    const part = bytes.subarray(from, from + 1 + random.below(64));
    return joined(bytes.subarray(0, from), ...Array<Uint8Array>(1 + random.below(16)).fill(part), bytes.subarray(from));
  },
  (bytes, random, other) =>
    joined(bytes.subarray(0, random.below(bytes.length + 1)), other.subarray(random.below(other.length + 1))),
];

/** A sample with one to four things changed; `other` is what parts of another message are taken from. Never beyond 64 KB. */
export function mutate(bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  let mutated = bytes;
  for (let count = random.below(4); count >= 0; count--) mutated = random.pick(MUTATIONS)(mutated, random, other);
  return mutated.subarray(0, 65_535);
}

/** A sample with one to three bytes changed. */
export function changed(bytes: Uint8Array, random: Random, change: (byte: number) => number): Uint8Array {
  const copy = new Uint8Array(bytes);
  if (copy.length === 0) return copy;
  for (let count = random.below(3); count >= 0; count--) {
    const at = random.below(copy.length);
    copy[at] = change(copy[at]!);
  }
  return copy;
}
