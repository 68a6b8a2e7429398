/** In a ring in the order of arrival; the root, which holds nothing, is between the newest and the oldest. */
class Entry<K, V> {
  readonly key: K;
  value: V;
  isTouched = false;
  older: Entry<K, V> = this;
  newer: Entry<K, V> = this;

  constructor(key: K, value: V) {
    this.key = key;
    this.value = value;
  }
}

/** So many that are held on to are passed over in search of one to forget. */
const LOOKED_AT = 32;

/**
 * A map of bounded size that forgets an entry that was not touched for long, except those that `isKept` holds on to. Who was
 * touched is only marked, and moves to the newest when its turn to be forgotten has come (second chance, as page caches do).
 */
export class Lru<K, V> {
  readonly #capacity: number;
  readonly #isKept: (value: V) => boolean;
  readonly #entries = new Map<K, Entry<K, V>>();
  readonly #root = new Entry<K, V>(undefined as K, undefined as V);
  #evicted = 0;

  constructor(capacity: number, isKept: (value: V) => boolean = () => false) {
    this.#capacity = Math.max(1, capacity);
    this.#isKept = isKept;
  }

  /** The value, which is touched by that. */
  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (!entry.isTouched) entry.isTouched = true;
    return entry.value;
  }

  /** The value, left where it is in the order. */
  peek(key: K): V | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Stores the value as the newest. A full map forgets, and returns, the oldest that is not kept (the oldest, when all are). */
  set(key: K, value: V): V | undefined {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.value = value;
      known.isTouched = false;
      unlink(known);
      this.#append(known);
      return undefined;
    }
    const evicted = this.#entries.size < this.#capacity ? undefined : this.#evictOne();
    const entry = new Entry(key, value);
    this.#entries.set(key, entry);
    this.#append(entry);
    return evicted;
  }

  delete(key: K): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    unlink(entry);
    return this.#entries.delete(key);
  }

  /** Oldest first. The one just told may be deleted meanwhile. */
  *values(): Generator<V, void> {
    for (let entry = this.#root.newer; entry !== this.#root; entry = entry.newer) yield entry.value;
  }

  get size(): number {
    return this.#entries.size;
  }

  get capacity(): number {
    return this.#capacity;
  }

  get evicted(): number {
    return this.#evicted;
  }

  #append(entry: Entry<K, V>): void {
    const newest = this.#root.older;
    newest.newer = entry;
    entry.older = newest;
    entry.newer = this.#root;
    this.#root.older = entry;
  }

  #evictOne(): V {
    // When all were touched it takes a second look; when all are kept, bounded work: the oldest has to go.
    const victim = this.#findOldest() ?? this.#findOldest() ?? this.#root.newer;
    unlink(victim);
    this.#entries.delete(victim.key);
    this.#evicted++;
    return victim.value;
  }

  #findOldest(): Entry<K, V> | undefined {
    let entry = this.#root.newer;
    for (let kept = 0; kept < LOOKED_AT && entry !== this.#root; ) {
      const { newer } = entry;
      if (entry.isTouched) {
        entry.isTouched = false;
        unlink(entry);
        this.#append(entry);
      } else if (this.#isKept(entry.value)) kept++;
      else return entry;
      entry = newer;
    }
    return undefined;
  }
}

function unlink<K, V>(entry: Entry<K, V>): void {
  entry.older.newer = entry.newer;
  entry.newer.older = entry.older;
}
