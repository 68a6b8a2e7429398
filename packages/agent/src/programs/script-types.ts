/** Types for the maps of bpftrace scripts, which have none: keys are text, values whole numbers or what stats() gives. */
import { Btf, type BtfType, type BtfTypeOf } from '@netguard/libbpf';

/** Longest key that a label is made of. */
const KEY_BYTES = 128;

const STRINGS = '\0char\0unsigned long long\0script_key\0key\0stats\0count\0average\0total\0';
const at = (name: string): number => STRINGS.indexOf(`\0${name}\0`) + 1;
const [INT, ARRAY, STRUCT] = [1, 3, 4].map((kind) => kind << 24) as [number, number, number];

/* include/uapi/linux/btf.h: name, kind and number of members, size; then what the kind has. Ids count from 1. */
const TYPES = [
  ...[at('char'), INT, 1, (2 << 24) | 8],
  ...[at('unsigned long long'), INT, 8, 64],
  ...[0, ARRAY, 0, 1, 2, KEY_BYTES],
  ...[at('script_key'), STRUCT | 1, KEY_BYTES, at('key'), 3, 0],
  ...[at('stats'), STRUCT | 3, 24, at('count'), 2, 0, at('average'), 2, 64, at('total'), 2, 128],
];

function made(): Btf {
  const types = new Uint8Array(Uint32Array.from(TYPES).buffer);
  const strings = new TextEncoder().encode(STRINGS);
  const header = new DataView(new ArrayBuffer(24));
  header.setUint16(0, 0xeb9f, true);
  header.setUint8(2, 1);
  for (const [index, word] of [24, 0, types.length, types.length, strings.length].entries())
    header.setUint32(4 + index * 4, word, true);
  return Btf.parse(Buffer.concat([new Uint8Array(header.buffer), types, strings]));
}

const btf = made();

export const SCRIPT_TYPES: {
  readonly btf: Btf;
  readonly key: BtfType;
  readonly number: BtfType;
  readonly stats: BtfTypeOf<'struct'>;
} = {
  btf,
  key: btf.getByName('script_key', 'struct'),
  number: btf.getByName('unsigned long long', 'int'),
  stats: btf.getByName('stats', 'struct'),
};
