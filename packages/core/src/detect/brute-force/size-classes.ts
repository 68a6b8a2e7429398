/** Sessions of nearly the same size belong together: 1 %, at least 8 bytes (a name more or less long, a block of a cipher). */
const TOLERANCE_SHARE = 0.01;
const TOLERANCE_BYTES = 8;
const CLASSES = 8;
/** Older sessions weigh half as much each time so many have come. */
const HALVE_AT = 256;

/** How alike sizes are: the share of the most common one. Fixed memory; rare sizes push each other out. */
export class SizeClasses {
  readonly #sizes = new Int32Array(CLASSES);
  readonly #counts = new Float64Array(CLASSES);
  #total = 0;

  add(size: number): void {
    if (this.#total >= HALVE_AT) this.#halve();
    this.#total++;
    const tolerance = Math.max(TOLERANCE_BYTES, size * TOLERANCE_SHARE);
    let least = 0;
    for (let index = 0; index < CLASSES; index++) {
      const count = this.#counts[index]!;
      if (count > 0 && Math.abs(this.#sizes[index]! - size) <= tolerance) {
        this.#counts[index] = count + 1;
        return;
      }
      if (count < this.#counts[least]!) least = index;
    }
    this.#sizes[least] = size;
    this.#counts[least] = 1;
  }

  /** 0 when there are none. */
  get commonShare(): number {
    return this.#total === 0 ? 0 : Math.max(...this.#counts) / this.#total;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }

  #halve(): void {
    this.#total /= 2;
    for (let index = 0; index < CLASSES; index++) this.#counts[index] = this.#counts[index]! / 2;
  }
}
