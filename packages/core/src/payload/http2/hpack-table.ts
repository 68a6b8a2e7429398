import { PAYLOAD_LIMITS } from '../limits.ts';
import { STATIC_TABLE } from './static-table.ts';

export type Field = readonly [name: string, value: string];

/** RFC 7541, section 4.1. */
const OVERHEAD = 32;

/** The static table and behind it the dynamic one of one direction, from the beginning of a connection. */
export class HpackTable {
  /** Newest last. */
  readonly #fields: Field[] = [];
  #bytes = 0;
  #limit: number = 4096;

  /** Undefined: there is no such index. */
  find(index: number): Field | undefined {
    if (index <= STATIC_TABLE.length) return STATIC_TABLE[index - 1];
    return this.#fields[this.#fields.length - (index - STATIC_TABLE.length)];
  }

  add(field: Field): void {
    this.#fields.push(field);
    this.#bytes += sizeOf(field);
    this.#evict();
  }

  /** The other end allowed this in its settings, which may not have been sampled; false: more than is kept here. */
  resize(limit: number): boolean {
    if (limit < 0 || limit > PAYLOAD_LIMITS.hpackTableBytes) return false;
    this.#limit = limit;
    this.#evict();
    return true;
  }

  #evict(): void {
    let count = 0;
    for (; this.#bytes > this.#limit; count++) this.#bytes -= sizeOf(this.#fields[count]!);
    if (count > 0) this.#fields.splice(0, count);
  }
}

function sizeOf([name, value]: Field): number {
  return name.length + value.length + OVERHEAD;
}
