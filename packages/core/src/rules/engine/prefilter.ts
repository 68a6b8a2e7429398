import type { BytePattern, Inspection, MakeMultiPattern, MultiPattern } from '../inspection.ts';
import type { BufferReader } from './buffer-reader.ts';
import type { BufferSlot, CompiledRule, FastPattern } from './compiled-rule.ts';
import { UnfilteredRules } from './unfiltered-rules.ts';

/** Patterns of one place, each with the rules that wait for it. */
class PatternGroup {
  readonly #rules: CompiledRule[][] = [];
  readonly #indexes = new Map<string, number>();
  readonly #patterns: BytePattern[] = [];
  #multi: MultiPattern | undefined;

  get patterns(): number {
    return this.#patterns.length;
  }

  add(rule: CompiledRule, { bytes, noCase }: FastPattern): void {
    const key = `${noCase ? 'i' : 's'}${Buffer.from(bytes).toString('latin1')}`;
    const known = this.#indexes.get(key);
    if (known !== undefined) {
      this.#rules[known]!.push(rule);
      return;
    }
    this.#indexes.set(key, this.#patterns.length);
    this.#patterns.push({ bytes, noCase });
    this.#rules.push([rule]);
  }

  build(make: MakeMultiPattern): void {
    this.#indexes.clear();
    if (this.#patterns.length > 0) this.#multi = make(this.#patterns);
  }

  scan(bytes: Uint8Array, found: (rules: readonly CompiledRule[]) => void): void {
    this.#multi?.scan(bytes, (index) => found(this.#rules[index]!));
  }

  close(): void {
    this.#multi?.close();
    this.#multi = undefined;
  }
}

/**
 * Chooses the rules that are worth evaluating for a sample: those whose fast pattern occurs in the place it belongs to (the
 * payload by transport and direction, or a buffer), and those without one whose protocol and ports fit.
 */
export class Prefilter {
  /** TCP to server, TCP to client, UDP to server, UDP to client. */
  readonly #payload = [new PatternGroup(), new PatternGroup(), new PatternGroup(), new PatternGroup()];
  readonly #buffers = new Map<number, { readonly slot: BufferSlot; readonly group: PatternGroup }>();
  readonly #unfiltered: UnfilteredRules;

  constructor(rules: readonly CompiledRule[]) {
    const unfiltered: CompiledRule[] = [];
    for (const rule of rules) {
      if (rule.fastPattern === undefined) unfiltered.push(rule);
      else if (rule.fastPattern.slot === undefined) this.#addToPayload(rule, rule.fastPattern);
      else this.#addToBuffer(rule, rule.fastPattern, rule.fastPattern.slot);
    }
    this.#unfiltered = new UnfilteredRules(unfiltered);
  }

  /** Makes the searches, one at each step. Nothing is selected before the last. */
  *build(make: MakeMultiPattern): Generator<undefined> {
    for (const group of this.#groups()) {
      group.build(make);
      yield;
    }
  }

  /** Distinct patterns that are looked for. */
  get patterns(): number {
    return this.#groups().reduce((total, group) => total + group.patterns, 0);
  }

  /** Calls `found` with lists of rules to evaluate, a rule perhaps more than once. */
  select(inspection: Inspection, reader: BufferReader, found: (rules: readonly CompiledRule[]) => void): void {
    this.#selectByPayload(inspection, found);
    for (let index = 0; index < inspection.facts.length; index++) {
      const { protocol } = inspection.facts[index]!;
      for (const { slot, group } of this.#buffers.values()) {
        if (!slot.definition.protocols.includes(protocol)) continue;
        for (const bytes of reader.read(slot, index)) group.scan(bytes, found);
      }
    }
    this.#unfiltered.select(inspection, found);
  }

  close(): void {
    for (const group of this.#groups()) group.close();
  }

  #groups(): PatternGroup[] {
    return [...this.#payload, ...Array.from(this.#buffers.values(), ({ group }) => group)];
  }

  #addToPayload(rule: CompiledRule, pattern: FastPattern): void {
    const { transport } = rule.protocol;
    for (const [index, group] of this.#payload.entries()) {
      if (transport !== undefined && transport !== (index < 2 ? 'TCP' : 'UDP')) continue;
      if (rule.direction !== undefined && (rule.direction === 'to-server') !== (index % 2 === 0)) continue;
      group.add(rule, pattern);
    }
  }

  #addToBuffer(rule: CompiledRule, pattern: FastPattern, slot: BufferSlot): void {
    let entry = this.#buffers.get(slot.id);
    if (entry === undefined) {
      entry = { slot, group: new PatternGroup() };
      this.#buffers.set(slot.id, entry);
    }
    entry.group.add(rule, pattern);
  }

  #selectByPayload(inspection: Inspection, found: (rules: readonly CompiledRule[]) => void): void {
    const { transport, toServer, stream, payload, offset } = inspection;
    const first = transport === 'TCP' ? 0 : 2;
    // A packet that is not at the end of the joined stream (after a gap) is looked at by itself too.
    const isApart = payload.length > 0 && offset + payload.length > stream.length;
    for (const side of [0, 1] as const) {
      if (toServer !== undefined && toServer !== (side === 0)) continue;
      const group = this.#payload[first + side]!;
      if (stream.length > 0) group.scan(stream, found);
      if (isApart) group.scan(payload, found);
    }
  }
}
