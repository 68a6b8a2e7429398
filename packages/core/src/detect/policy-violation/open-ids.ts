/** Open conversations by their id, in bounded memory: the oldest is forgotten first. Asking an empty one costs nothing. */
export class OpenIds<T> {
  readonly capacity: number;
  readonly #ids = new Map<string, T>();
  #evicted = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  set(id: string, value: T): void {
    if (this.#ids.size >= this.capacity && !this.#ids.has(id)) {
      const [oldest] = this.#ids.keys();
      if (oldest !== undefined) this.#ids.delete(oldest);
      this.#evicted++;
    }
    this.#ids.set(id, value);
  }

  get(id: string): T | undefined {
    return this.#ids.size === 0 ? undefined : this.#ids.get(id);
  }

  has(id: string): boolean {
    return this.#ids.size > 0 && this.#ids.has(id);
  }

  delete(id: string): void {
    if (this.#ids.size > 0) this.#ids.delete(id);
  }

  get size(): number {
    return this.#ids.size;
  }

  get evicted(): number {
    return this.#evicted;
  }
}
