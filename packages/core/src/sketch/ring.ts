/** A value in a ring; alone in one of its own at first. */
export class RingEntry<V> {
  value: V;
  isTouched = false;
  older: this = this;
  newer: this = this;

  constructor(value: V) {
    this.value = value;
  }

  unlink(): void {
    this.older.newer = this.newer;
    this.newer.older = this.older;
  }
}

/** So many that are held on to are passed over in search of one to forget. */
const LOOKED_AT = 32;

/**
 * The order in which entries are forgotten: that of arrival, but who was touched meanwhile is only marked, and becomes the
 * newest when its turn has come (second chance, as page caches do). Between the newest and the oldest is a root of no value.
 */
export class Ring<E extends RingEntry<unknown>> {
  readonly #root: E;
  readonly #isKept: (value: E['value']) => boolean;

  constructor(root: E, isKept: (value: E['value']) => boolean) {
    this.#root = root;
    this.#isKept = isKept;
  }

  append(entry: E): void {
    const root = this.#root;
    const newest = root.older;
    newest.newer = entry;
    entry.older = newest;
    entry.newer = root;
    root.older = entry;
  }

  /** Takes one out of a ring that is not empty: the oldest that is not kept, or the oldest when all that it looks at are. */
  takeOldest(): E {
    // When all were touched it takes a second look.
    const oldest = this.#findOldest() ?? this.#findOldest() ?? this.#root.newer;
    oldest.unlink();
    return oldest;
  }

  /** Oldest first. The one just told of may be deleted meanwhile. */
  *values(): Generator<E['value'], void> {
    for (let entry = this.#root.newer; entry !== this.#root; entry = entry.newer) yield entry.value;
  }

  #findOldest(): E | undefined {
    let entry = this.#root.newer;
    for (let kept = 0; kept < LOOKED_AT && entry !== this.#root; ) {
      const { newer } = entry;
      if (entry.isTouched) {
        entry.isTouched = false;
        entry.unlink();
        this.append(entry);
      } else if (this.#isKept(entry.value)) kept++;
      else return entry;
      entry = newer;
    }
    return undefined;
  }
}
