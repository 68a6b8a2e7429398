import type { MapBatch } from '@netguard/libbpf';

/** A kernel map in memory, for the tests of those that read one. Keys by their bytes. */
export class FakeMap {
  readonly entries = new Map<string, { readonly key: Uint8Array; readonly value: Uint8Array }>();
  readonly pushed: unknown[] = [];
  readonly maxEntries: number;
  readonly #keySize: number;
  readonly #valueSize: number;
  readonly #memory: Uint8Array;

  constructor(keySize: number, valueSize: number, maxEntries = 16) {
    this.#keySize = keySize;
    this.#valueSize = valueSize;
    this.maxEntries = maxEntries;
    this.#memory = new Uint8Array(valueSize * maxEntries);
  }

  setRaw(key: Uint8Array, value: Uint8Array): void {
    this.entries.set(key.join(), { key: key.slice(), value: value.slice() });
  }

  deleteRaw(key: Uint8Array): boolean {
    return this.entries.delete(key.join());
  }

  readBatch(target: MapBatch): number {
    target.reset(this.#keySize, this.#valueSize);
    target.reserve(this.entries.size);
    for (const { key, value } of this.entries.values()) {
      target.keys.set(key, target.count * this.#keySize);
      target.values.set(value, target.count * this.#valueSize);
      target.count++;
    }
    return target.count;
  }

  mmap(): Uint8Array {
    return this.#memory;
  }

  push(value: unknown): void {
    this.pushed.push(value);
  }
}
