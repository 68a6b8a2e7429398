/**
 * A list of a million addresses, and one of a hundred thousand names: time to make the table of their text, bytes an entry,
 * look-ups a second, beside a Map of strings, a Map of numbers and, as root, the kernel's LPM trie, in one run. Half of what is asked for
 * is in the list. Run: `node bench/intel.ts [addresses]`.
 */
import { type IntelList, IntelLists, readList, tableBytes } from '@netguard/core';
import { heapBytes } from './support/heap-bytes.ts';
import { measureTrie, TRIE_LOOKUPS } from './support/lpm-trie.ts';
import { machineLine } from './support/machine.ts';
import { number, printTable } from './support/report.ts';
import { size } from './support/sizes.ts';
import { threadTimeNs } from './support/thread-time.ts';

const ADDRESSES = Number(process.argv[2] ?? size(1_000_000, 20_000));
const NAMES = size(100_000, 5000);
const ASKED = 65_536;
const PASSES = size(16, 1);

/** A mixing function (MurmurHash3's last step): the same addresses in each run. */
function mixed(index: number): number {
  let word = Math.imul(index ^ (index >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}

const dotted = (word: number): string => `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
const isPublic = (word: number): boolean => word >>> 24 >= 11 && word >>> 24 <= 99;

function publicWords(count: number, from: number): Uint32Array {
  const words: number[] = [];
  for (let index = from; words.length < count; index++) if (isPublic(mixed(index))) words.push(mixed(index));
  return Uint32Array.from(words);
}

let checksum = 0;
const rows: string[][] = [];

/** Makes something, and asks it `PASSES` times for all of `asked`. */
function measure<T, Q>(
  name: string,
  entries: number,
  asked: readonly Q[],
  make: () => T,
  ask: (made: T, one: Q) => boolean,
  bytesOf?: (made: T) => number,
): void {
  const before = heapBytes();
  const began = threadTimeNs();
  const made = make();
  const makingNs = threadTimeNs() - began;
  const bytes = bytesOf?.(made) ?? heapBytes() - before;
  const pass = (): void => {
    for (const one of asked) if (ask(made, one)) checksum++;
  };
  pass();
  const from = threadTimeNs();
  for (let nth = 0; nth < PASSES; nth++) pass();
  row(name, entries, bytes, makingNs, (threadTimeNs() - from) / PASSES / asked.length);
}

function row(name: string, entries: number, bytes: number, makingNs: number, lookupNs: number): void {
  rows.push([
    name,
    number(entries),
    number(bytes / entries, 1),
    number(makingNs / 1e6),
    number(lookupNs),
    number(1e9 / lookupNs),
  ]);
}

function listed(text: string): { lists: IntelLists; bytes: number } {
  const list: IntelList = { name: 'bench', category: 'c2', table: readList(text, { format: 'plain' }).table };
  const lists = new IntelLists();
  lists.set([list]);
  return { lists, bytes: tableBytes(list.table) };
}

const words = publicWords(ADDRESSES, 1);
const others = publicWords(ASKED / 2, 0x40000000);
const askedWords = Array.from({ length: ASKED }, (_, at) =>
  at % 2 === 0 ? words[mixed(at) % words.length]! : others[at >>> 1]!,
);
const askedTexts = askedWords.map(dotted);
const lines = Array.from(words, dotted);
const text = lines.join('\n');

console.log(`\n== intel\n${number(ADDRESSES)} addresses, ${number(NAMES)} names\n${machineLine()}`);
measure(
  'table, from its text',
  ADDRESSES,
  askedTexts,
  () => listed(text),
  ({ lists }, ip) => lists.address(ip, 443) !== undefined,
  ({ bytes }) => bytes,
);
const withReferences = lines.map((line, at) => `${line} # report ${at % 5000}`).join('\n');
measure(
  'table, with 5,000 references',
  ADDRESSES,
  askedTexts,
  () => listed(withReferences),
  ({ lists }, ip) => lists.address(ip, 443) !== undefined,
  ({ bytes }) => bytes,
);
measure(
  'Map of strings',
  ADDRESSES,
  askedTexts,
  () => new Map(text.split('\n').map((line) => [line, 1])),
  (map, ip) => map.has(ip),
);
measure(
  'Map of numbers',
  ADDRESSES,
  askedWords,
  () => new Map(Array.from(words, (word) => [word, 1])),
  (map, word) => map.has(word),
);
if (process.geteuid?.() === 0) {
  const asked = Uint32Array.from(askedWords.slice(0, TRIE_LOOKUPS));
  const { bytes, insertNs, lookupNs } = measureTrie(words, asked);
  row('LPM trie in the kernel', ADDRESSES, bytes, insertNs * ADDRESSES, lookupNs);
} else console.log('not root: without the LPM trie');

const names = Array.from(
  { length: NAMES },
  (_, at) => `${mixed(at).toString(36)}.${mixed(at + 7).toString(36)}.example`,
);
const nameText = names.join('\n');
const askedNames = Array.from({ length: ASKED }, (_, at) =>
  at % 2 === 0 ? `www.${names[mixed(at) % NAMES]}` : `www.${mixed(at).toString(36)}.example.org`,
);
measure(
  'names with all below them',
  NAMES,
  askedNames,
  () => listed(names.map((name) => `.${name}`).join('\n')),
  ({ lists }, name) => lists.domain(name) !== undefined,
  ({ bytes }) => bytes,
);
measure(
  'Set of names, asked label by label',
  NAMES,
  askedNames,
  () => new Set(nameText.split('\n')),
  (set, name) => {
    for (let at = 0; at >= 0 && at < name.length; ) {
      if (set.has(name.slice(at))) return true;
      const dot = name.indexOf('.', at);
      at = dot < 0 ? -1 : dot + 1;
    }
    return false;
  },
);
printTable(['', 'entries', 'bytes each', 'ms to make', 'ns a look-up', 'look-ups/s'], rows);
if (checksum === 0) throw new Error('nothing was found');
