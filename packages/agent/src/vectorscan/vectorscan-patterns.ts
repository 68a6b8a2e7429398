import { type BytePattern, type MultiPattern, NetGuardError } from '@netguard/core';
import { addressOf, compileErrorText, holding, matchCallback, type VectorscanLibrary } from './library.ts';

const HS_MODE_BLOCK = 1;
const HS_FLAG_CASELESS = 1;
/** Each pattern is told once a scan, so matches are at most as many as patterns. */
const HS_FLAG_SINGLEMATCH = 8;

const ESCAPED: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const letter = String.fromCharCode(byte);
  return /[a-z0-9]/i.test(letter) ? letter : `\\x${byte.toString(16).padStart(2, '0')}`;
});

/* One C callback serves the thread: it notes ids where the scan that runs wants them, and no foreign code runs inside C. */
let matches = new Uint32Array(0);
let matchCount = 0;
let callback: bigint | undefined;

function noteMatch(id: number): void {
  if (matchCount < matches.length) matches[matchCount++] = id;
}

/** Multi-pattern search through Vectorscan. Belongs to the thread that made it: its scratch memory is not shared. */
export class VectorscanPatterns implements MultiPattern {
  readonly #library: VectorscanLibrary;
  readonly #matches: Uint32Array<ArrayBuffer>;
  #database = 0n;
  #scratch = 0n;

  /** Throws NG_ERR_VECTORSCAN for what the library refuses: an empty pattern, no memory. */
  constructor(library: VectorscanLibrary, patterns: readonly BytePattern[]) {
    this.#library = library;
    this.#matches = new Uint32Array(patterns.length);
    if (patterns.length === 0) return;
    callback ??= matchCallback(noteMatch);
    this.#database = compile(library, patterns);
    const scratch = new BigUint64Array(1);
    const result = library.allocScratch(this.#database, scratch);
    this.#scratch = scratch[0]!;
    if (result !== 0) {
      this.close();
      throw vectorscanError('allocating scratch memory', `hs_error_t ${result}`);
    }
  }

  /** Throws NG_ERR_VECTORSCAN when the library does: matches it had found are not told then. */
  scan(bytes: Uint8Array, found: (index: number) => void): void {
    if (this.#database === 0n || bytes.length === 0) return;
    matches = this.#matches;
    matchCount = 0;
    const result = this.#library.scan(this.#database, bytes, bytes.length, 0, this.#scratch, callback!, null);
    if (result !== 0) throw vectorscanError('scanning', `hs_error_t ${result}`);
    const count = matchCount;
    for (let at = 0; at < count; at++) found(this.#matches[at]!);
  }

  /** Bytes of the database and the scratch memory, and of the matches' buffer. */
  get memoryBytes(): number {
    if (this.#database === 0n) return 0;
    const bytes = new BigUint64Array(2);
    this.#library.databaseSize(this.#database, bytes.subarray(0, 1));
    this.#library.scratchSize(this.#scratch, bytes.subarray(1));
    return Number(bytes[0]! + bytes[1]!) + this.#matches.byteLength;
  }

  /** Finds nothing afterwards. */
  close(): void {
    if (this.#scratch !== 0n) this.#library.freeScratch(this.#scratch);
    if (this.#database !== 0n) this.#library.freeDatabase(this.#database);
    this.#scratch = 0n;
    this.#database = 0n;
  }
}

/**
 * The database's address; the library keeps nothing of what it read. Patterns go as regular expressions of escaped bytes:
 * hs_compile_lit_multi of 5.4.11 refuses a first byte of 0 and crashes on some sets.
 */
function compile(library: VectorscanLibrary, patterns: readonly BytePattern[]): bigint {
  const count = patterns.length;
  const texts = patterns.map((pattern) => expressionOf(pattern.bytes));
  const memory = Buffer.from(texts.join(''), 'latin1');
  const expressions = new BigUint64Array(count);
  const flags = new Uint32Array(count);
  const ids = Uint32Array.from({ length: count }, (_, index) => index);
  let at = addressOf(memory);
  for (const [index, pattern] of patterns.entries()) {
    expressions[index] = at;
    flags[index] = HS_FLAG_SINGLEMATCH | (pattern.noCase ? HS_FLAG_CASELESS : 0);
    at += BigInt(texts[index]!.length);
  }
  const database = new BigUint64Array(1);
  const error = new BigUint64Array(1);
  const result = holding(memory, () =>
    library.compileMulti(expressions, flags, ids, count, HS_MODE_BLOCK, null, database, error),
  );
  if (result === 0) return database[0]!;
  const reason = compileErrorText(error[0]!);
  if (error[0] !== 0n) library.freeCompileError(error[0]!);
  throw vectorscanError(`compiling ${count} patterns`, reason);
}

/** A C string: letters and digits of ASCII as they are, all other bytes as `\xHH`. */
function expressionOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += ESCAPED[byte];
  return `${text}\0`;
}

function vectorscanError(doing: string, reason: string): NetGuardError {
  return new NetGuardError('NG_ERR_VECTORSCAN', `${doing} with Vectorscan`, { cause: reason });
}
