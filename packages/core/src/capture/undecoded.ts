/** Kinds that are told apart; a capture of noise may not fill the memory with names. */
const MOST_REASONS = 64;
const REST = 'other';

/** What could not be decoded, counted by reason: nothing is left out silently. */
export class Undecoded {
  readonly #counts = new Map<string, number>();

  count(reason: string): void {
    const known = this.#counts.get(reason);
    if (known !== undefined) this.#counts.set(reason, known + 1);
    else if (this.#counts.size < MOST_REASONS) this.#counts.set(reason, 1);
    else this.#counts.set(REST, (this.#counts.get(REST) ?? 0) + 1);
  }

  /** Packets by reason, the most frequent first. */
  list(): { readonly reason: string; readonly packets: number }[] {
    return [...this.#counts]
      .map(([reason, packets]) => ({ reason, packets }))
      .sort((a, b) => b.packets - a.packets || (a.reason < b.reason ? -1 : 1));
  }
}
