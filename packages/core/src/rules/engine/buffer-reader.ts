import type { ApplicationFacts } from '../../payload/facts.ts';
import { forgetHttpView } from '../buffers/http-view.ts';
import type { BufferSlot } from './compiled-rule.ts';

const NONE: readonly Uint8Array[] = [];

/** Makes the buffers of a sample's facts, each at most once. */
export class BufferReader {
  #facts: readonly ApplicationFacts[] = NONE as readonly never[];
  readonly #values: (readonly Uint8Array[] | undefined)[][] = [];
  readonly #slots: number;

  constructor(slots: number) {
    this.#slots = slots;
  }

  /** Begins with the facts of another sample. */
  begin(facts: readonly ApplicationFacts[]): void {
    this.#facts = facts;
    for (let index = 0; index < facts.length; index++) {
      const row = this.#values[index];
      if (row === undefined) this.#values.push(new Array(this.#slots).fill(undefined));
      else row.fill(undefined);
    }
  }

  /** Lets go of the sample: what it held is valid no longer. */
  end(): void {
    for (let index = 0; index < this.#facts.length; index++) this.#values[index]?.fill(undefined);
    this.#values.length = Math.min(this.#values.length, 8);
    this.#facts = NONE as readonly never[];
    forgetHttpView();
  }

  /** The buffers of this slot of the fact at `index`: none, one, or several where it can have several. */
  read(slot: BufferSlot, index: number): readonly Uint8Array[] {
    const row = this.#values[index]!;
    let values = row[slot.id];
    if (values === undefined) {
      values = make(slot, this.#facts[index]!);
      row[slot.id] = values;
    }
    return values;
  }
}

function make({ definition, transforms }: BufferSlot, facts: ApplicationFacts): readonly Uint8Array[] {
  if (!definition.protocols.includes(facts.protocol)) return NONE;
  const value = definition.read(facts);
  if (value === undefined) return NONE;
  const values = value instanceof Uint8Array ? [value] : value;
  if (transforms.length === 0) return values;
  return values.map((bytes) => transforms.reduce((changed, transform) => transform.apply(changed), bytes));
}
