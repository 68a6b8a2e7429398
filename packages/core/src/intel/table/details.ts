import type { Severity } from '../../alert/alert.ts';
import type { EntryDetails } from '../intel.ts';
import { GrowingWords } from './growing-words.ts';
import { MOST_PAIRED } from './sorted-words.ts';

/** What entries have in common beside their value, each combination once. Number 0 is that of entries of which nothing is said. */
export interface DetailTable {
  readonly ports: Uint16Array;
  /** Epoch milliseconds; Infinity: never. */
  readonly expiresMs: Float64Array;
  /** Text of detail n: bytes `textEnds[n - 1]` (0 for the first) up to `textEnds[n]`: category, severity and reference, parted by zero bytes. */
  readonly textEnds: Uint32Array;
  readonly text: Uint8Array;
}

const LONGEST_REFERENCE = 300;
const NO_DETAILS: EntryDetails = Object.freeze({});
const decoder = new TextDecoder();

/** Gives each combination of details a number. */
export class DetailBook {
  readonly #numbers = new Map<string, number>();
  readonly #ports = new GrowingWords();
  readonly #expires: number[] = [];
  readonly #texts: string[] = [];

  constructor() {
    this.number({}, 0);
  }

  /** When no number is left, those of the details that say nothing are given: the entry counts all the same. */
  number({ category = '', severity, reference = '', expiresMs }: EntryDetails, port: number): number {
    const text = `${category}\0${severity ?? ''}\0${reference.slice(0, LONGEST_REFERENCE).replaceAll('\0', ' ')}`;
    const key = `${port}\0${expiresMs ?? ''}\0${text}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#ports.length;
    if (number >= MOST_PAIRED) return 0;
    this.#numbers.set(key, number);
    this.#ports.push(port);
    this.#expires.push(expiresMs ?? Number.POSITIVE_INFINITY);
    this.#texts.push(text);
    return number;
  }

  get size(): number {
    return this.#ports.length;
  }

  build(): DetailTable {
    const encoder = new TextEncoder();
    const parts = this.#texts.map((text) => encoder.encode(text));
    const textEnds = new Uint32Array(parts.length);
    let end = 0;
    for (const [at, part] of parts.entries()) {
      end += part.length;
      textEnds[at] = end;
    }
    const text = new Uint8Array(end);
    for (const [at, part] of parts.entries()) text.set(part, textEnds[at]! - part.length);
    return { ports: Uint16Array.from(this.#ports.words), expiresMs: Float64Array.from(this.#expires), textEnds, text };
  }
}

/** Category, severity and reference of a detail, where it has them. */
export function detailsOf(table: DetailTable, number: number): EntryDetails {
  if (number === 0) return NO_DETAILS;
  const begin = table.textEnds[number - 1]!;
  /* A copy: decoders do not take memory that threads share. */
  const text = decoder.decode(table.text.slice(begin, table.textEnds[number]!));
  const [category, severity, reference] = text.split('\0');
  const expiresMs = table.expiresMs[number]!;
  return {
    ...(category ? { category } : undefined),
    ...(severity ? { severity: severity as Severity } : undefined),
    ...(reference ? { reference } : undefined),
    ...(expiresMs === Number.POSITIVE_INFINITY ? undefined : { expiresMs }),
  };
}
