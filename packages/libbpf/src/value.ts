import { BpfError } from './errors.ts';

/** What a BTF type looks like in JavaScript: see `codecFor`. */
export type BpfValue = number | bigint | boolean | string | Uint8Array | BpfValue[] | { [member: string]: BpfValue };

/** Reads and writes one type at an offset; neither keeps the view. `write` throws LIBBPF_ERR_VALUE for what does not fit. */
export interface Codec<T = BpfValue> {
  /** Bytes. */
  readonly size: number;
  read(view: DataView, offset: number): T;
  write(view: DataView, offset: number, value: T): void;
}

export function unfit(path: string, why: string, hint?: string): BpfError {
  return new BpfError('LIBBPF_ERR_VALUE', path ? `writing ${path}` : 'writing a value', why, hint ? { hint } : {});
}
