import type { LabelRole } from '../label-plan.ts';

/** What is known of an expression's labels before it is evaluated, by name in alphabetical order; undefined: a number. */
export type LabelSet = readonly { readonly name: string; readonly role: LabelRole | undefined }[] | undefined;

export interface Element {
  /** In the order of the label set. */
  readonly labels: readonly string[];
  readonly value: number;
}

/** By the labels' values. */
export type Vector = ReadonlyMap<string, Element>;

export function vectorKey(labels: readonly string[]): string {
  return labels.join('\0');
}

/** Adds up elements whose labels are the same. */
export class VectorSum {
  readonly #elements = new Map<string, { labels: readonly string[]; value: number }>();

  add(labels: readonly string[], value: number): void {
    const key = vectorKey(labels);
    const known = this.#elements.get(key);
    if (known === undefined) this.#elements.set(key, { labels, value });
    else known.value += value;
  }

  get vector(): Vector {
    return this.#elements;
  }
}
