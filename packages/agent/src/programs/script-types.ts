/** Types for the maps of bpftrace scripts, which have none: keys are text, values numbers, or the counts of buckets. */
import { Btf, type BtfType } from '@netguard/libbpf';

/** Longest key that a label is made of. */
const KEY_BYTES = 128;

const STRINGS = '\0char\0unsigned long long\0script_key\0key\0histogram\0value\0stats\0sum\0';
const at = (name: string): number => STRINGS.indexOf(`\0${name}\0`) + 1;
const [INT, ARRAY, STRUCT] = [1, 3, 4].map((kind) => kind << 24) as [number, number, number];

/** What a map's values are. */
export interface ScriptType {
  readonly btf: Btf;
  readonly valueType: BtfType;
}

/* include/uapi/linux/btf.h: name, kind and number of members, size; then what the kind has. Ids count from 1. */
function typed(buckets: number): Btf {
  return made([
    ...[at('char'), INT, 1, (2 << 24) | 8],
    ...[at('unsigned long long'), INT, 8, 64],
    ...[0, ARRAY, 0, 1, 2, KEY_BYTES],
    ...[at('script_key'), STRUCT | 1, KEY_BYTES, at('key'), 3, 0],
    ...[0, ARRAY, 0, 2, 2, buckets],
    ...[at('histogram'), STRUCT | 1, 8 * buckets, at('value'), 5, 0],
    ...[at('stats'), STRUCT | 2, 8 * buckets + 8, at('value'), 5, 0, at('sum'), 2, 64 * buckets],
  ]);
}

function made(words: readonly number[]): Btf {
  const types = new Uint8Array(Uint32Array.from(words).buffer);
  const strings = new TextEncoder().encode(STRINGS);
  const header = new DataView(new ArrayBuffer(24));
  header.setUint16(0, 0xeb9f, true);
  header.setUint8(2, 1);
  for (const [index, word] of [24, 0, types.length, types.length, strings.length].entries())
    header.setUint32(4 + index * 4, word, true);
  return Btf.parse(Buffer.concat([new Uint8Array(header.buffer), types, strings]));
}

const single = typed(1);

export const SCRIPT_TYPES: { readonly key: BtfType; readonly number: ScriptType; readonly stats: ScriptType } = {
  key: single.getByName('script_key', 'struct'),
  number: { btf: single, valueType: single.getByName('unsigned long long', 'int') },
  stats: { btf: single, valueType: single.getByName('stats', 'struct') },
};

const histograms = new Map<number, ScriptType>();

/** Counts of so many buckets, as a field `value`. */
export function histogramType(buckets: number): ScriptType {
  const known = histograms.get(buckets);
  if (known !== undefined) return known;
  const btf = typed(buckets);
  const type = { btf, valueType: btf.getByName('histogram', 'struct') };
  histograms.set(buckets, type);
  return type;
}
