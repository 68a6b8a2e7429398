/** Sessions of nearly the same size belong together: 1 %, at least 8 bytes (a name more or less long, a block of a cipher). */
const TOLERANCE_SHARE = 0.01;
const TOLERANCE_BYTES = 8;
const CLASSES = 8;
/** Older sessions weigh half as much each time so many have come. */
const HALVE_AT = 256;

/** How alike sizes are: the share of the most common one. At most eight sizes; rare ones push each other out. */
export class SizeClasses {
  readonly #sizes: number[] = [];
  readonly #counts: number[] = [];
  #total = 0;

  add(size: number): void {
    if (this.#total >= HALVE_AT) this.#halve();
    this.#total++;
    const tolerance = Math.max(TOLERANCE_BYTES, size * TOLERANCE_SHARE);
    let least = 0;
    for (let index = 0; index < this.#sizes.length; index++) {
      if (Math.abs(this.#sizes[index]! - size) <= tolerance) {
        this.#counts[index]!++;
        return;
      }
      if (this.#counts[index]! < this.#counts[least]!) least = index;
    }
    const place = this.#sizes.length < CLASSES ? this.#sizes.length : least;
    this.#sizes[place] = size;
    this.#counts[place] = 1;
  }

  /** 0 when there are none. */
  get commonShare(): number {
    return this.#total === 0 ? 0 : Math.max(...this.#counts) / this.#total;
  }

  clear(): void {
    this.#sizes.length = 0;
    this.#counts.length = 0;
    this.#total = 0;
  }

  #halve(): void {
    this.#total /= 2;
    for (let index = 0; index < this.#counts.length; index++) this.#counts[index]! /= 2;
  }
}
