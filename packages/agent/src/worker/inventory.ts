import type { IdentityPart } from '../identify/identity-changes.ts';
import type { IdentityStore } from '../identify/identity-store.ts';

export interface InventoryAnswer {
  readonly type: 'known-identities';
  /** That of the request. */
  readonly id: number;
  /** The parts come in order; together they are all that is known. */
  readonly part: IdentityPart;
  readonly isLast: boolean;
}

/** Of each kind, written out at once: some milliseconds, so that no alert waits for it. */
const AT_ONCE = 500;

/** Tells who is known by name, from the Worker's own loop, some of them each turn. */
export class Inventory {
  readonly #store: IdentityStore;
  readonly #post: (answer: InventoryAnswer) => void;
  readonly #asked: { readonly id: number; readonly parts: Iterator<IdentityPart, void> }[] = [];

  constructor(store: IdentityStore, post: (answer: InventoryAnswer) => void) {
    this.#store = store;
    this.#post = post;
  }

  ask(id: number): void {
    this.#asked.push({ id, parts: this.#store.parts(AT_ONCE) });
  }

  /** Whether somebody waits for more of it. */
  get isAsked(): boolean {
    return this.#asked.length > 0;
  }

  /** Goes on with the first request. Called each turn of the loop. */
  advance(): void {
    const [first] = this.#asked;
    if (first === undefined) return;
    const { value } = first.parts.next();
    if (value === undefined) this.#asked.shift();
    this.#post({ type: 'known-identities', id: first.id, part: value ?? {}, isLast: value === undefined });
  }
}
