import { buildTrie, type PatternTrie } from './pattern-trie.ts';

/** States with a whole row of transitions, by number: those near the root, where almost every byte of a sample is looked at. */
const MAX_ROWS = 512;
/** One row (1 KiB) for so many states, so that small sets stay small. */
const STATES_PER_ROW = 16;

/**
 * Aho and Corasick's automaton (Efficient string matching, 1975) over a breadth-first trie: 13 bytes a state and at most 512
 * KiB of rows. Time is linear in the input plus the number of patterns that are found: an output that was told in this scan
 * ends the walk along its chain, since all that follow it were told too.
 */
export class ByteAutomaton {
  readonly #trie: PatternTrie;
  readonly #fold: Uint8Array;
  readonly #fail: Uint32Array;
  /** The string that ends in a state or in the longest of its suffixes that is one; 0: none. */
  readonly #output: Uint32Array;
  /** By string: the next shorter one that ends at the same place. */
  readonly #shorter: Uint32Array;
  /** By string: the scan that told it last. */
  readonly #told: Uint32Array;
  readonly #rows: Uint32Array;
  readonly #rowCount: number;
  #scan = 0;

  /** `fold` maps each byte of the input to the one that patterns have in its place. */
  constructor(patterns: readonly Uint8Array[], fold: Uint8Array) {
    const trie = buildTrie(patterns);
    this.#trie = trie;
    this.#fold = fold;
    this.#fail = new Uint32Array(trie.states);
    this.#output = new Uint32Array(trie.states);
    this.#shorter = new Uint32Array(trie.endOf.length);
    this.#told = new Uint32Array(trie.endOf.length);
    this.#rowCount = Math.min(MAX_ROWS, trie.states, 1 + Math.floor(trie.states / STATES_PER_ROW));
    this.#rows = new Uint32Array(this.#rowCount * 256);
    this.#link();
  }

  /** Calls `found` with the position of each pattern that occurs in `bytes`, once. It may not scan with this automaton. */
  scan(bytes: Uint8Array, found: (index: number) => void): void {
    this.#beginScan();
    const rows = this.#rows;
    const rowCount = this.#rowCount;
    const output = this.#output;
    const fold = this.#fold;
    let state = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = fold[bytes[at]!]!;
      state = state < rowCount ? rows[(state << 8) | byte]! : this.#next(state, byte);
      const string = output[state]!;
      if (string !== 0) this.#tell(string, found);
    }
  }

  /** Bytes of its arrays. */
  get memoryBytes(): number {
    const { firstChild, label, ending, endOf, order } = this.#trie;
    const arrays = [firstChild, label, ending, endOf, order, this.#fail, this.#output, this.#shorter, this.#told];
    return arrays.reduce((sum, array) => sum + array.byteLength, this.#rows.byteLength);
  }

  /** In the order of the numbers: what a state needs of shallower ones is there before it. */
  #link(): void {
    const { states, firstChild, label, ending } = this.#trie;
    for (let state = 0; state < states; state++) {
      const own = ending[state]!;
      const behind = this.#output[this.#fail[state]!]!;
      this.#output[state] = own === 0 ? behind : own;
      if (own !== 0) this.#shorter[own] = behind;
      if (state < this.#rowCount) this.#fillRow(state);
      for (let child = firstChild[state]!; child < firstChild[state + 1]!; child++) {
        this.#fail[child] = state === 0 ? 0 : this.#next(this.#fail[state]!, label[child]!);
      }
    }
  }

  #fillRow(state: number): void {
    const { firstChild, label } = this.#trie;
    const row = state << 8;
    const fail = this.#fail[state]! << 8;
    if (state !== 0) this.#rows.copyWithin(row, fail, fail + 256);
    for (let child = firstChild[state]!; child < firstChild[state + 1]!; child++)
      this.#rows[row | label[child]!] = child;
  }

  /** The state after `byte`: each step along a fail link is paid for by a byte that went deeper before. */
  #next(from: number, byte: number): number {
    const { firstChild, label } = this.#trie;
    let state = from;
    while (state >= this.#rowCount) {
      let low = firstChild[state]!;
      let high = firstChild[state + 1]!;
      while (high - low > 1) {
        const middle = (low + high) >>> 1;
        if (label[middle]! <= byte) low = middle;
        else high = middle;
      }
      if (low < high && label[low] === byte) return low;
      state = this.#fail[state]!;
    }
    return this.#rows[(state << 8) | byte]!;
  }

  #tell(from: number, found: (index: number) => void): void {
    const { endOf, order } = this.#trie;
    for (let string = from; string !== 0 && this.#told[string] !== this.#scan; string = this.#shorter[string]!) {
      this.#told[string] = this.#scan;
      for (let at = endOf[string - 1]!; at < endOf[string]!; at++) found(order[at]!);
    }
  }

  #beginScan(): void {
    this.#scan = (this.#scan + 1) >>> 0;
    if (this.#scan !== 0) return;
    this.#told.fill(0);
    this.#scan = 1;
  }
}
