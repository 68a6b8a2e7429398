import { labelBits, labelBytes } from '../../dns/name-information.ts';
import { isCarrierType, isRareType, TYPE } from '../../dns/record-types.ts';
import type { DnsRecord } from '../../payload/facts.ts';
import { hash32 } from '../../sketch/hash.ts';
import { RecentHashes } from '../../sketch/recent-hashes.ts';
import { SlidingTally } from '../../sketch/sliding-tally.ts';

/** Hashes of names, labels and answers that are remembered: 768 to twice that. */
const REMEMBERED = 768;
const TYPES_COUNTED = 8;
const EXAMPLES = 4;
/** Parts label hashes from those of names. */
const LABEL = 0x5bd1e995;
const MEASURES = { queries: 0, names: 1, bits: 2, bytes: 3, carriers: 4, rares: 5, answerBytes: 6 } as const;

/** What the window holds. */
export type ChannelSums = Readonly<Record<keyof typeof MEASURES, number>>;

/** More than one name below one domain: how many, of which kind, with how much in them. */
export class AskedNames {
  readonly types = new Map<number, number>();
  examples: readonly string[] = [];
  readonly #tally = new SlidingTally(Object.keys(MEASURES).length);
  readonly #windowMs: number;
  readonly #known: RecentHashes;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
    this.#known = new RecentHashes(REMEMBERED, windowMs);
  }

  ask(subdomain: string, type: number, timeMs: number): boolean {
    this.#add('queries', 1, timeMs);
    if (!this.#known.add(hash32(subdomain), timeMs)) return false;
    const { bits, bytes } = this.#newLabels(subdomain, timeMs);
    this.#add('names', 1, timeMs);
    this.#add('bits', bits, timeMs);
    this.#add('bytes', bytes, timeMs);
    if (isCarrierType(type)) this.#add('carriers', 1, timeMs);
    if (isRareType(type)) this.#add('rares', 1, timeMs);
    this.#count(type);
    this.examples = [...this.examples.slice(1 - EXAMPLES), subdomain];
    return true;
  }

  answer(answers: readonly DnsRecord[], timeMs: number): void {
    let bytes = 0;
    for (const { type, data, dataBytes } of answers) {
      if (!isCarrierType(type)) continue;
      if (type === TYPE.CNAME || type === TYPE.MX || type === TYPE.SRV) bytes += this.#newLabels(data, timeMs).bits / 8;
      else if (data === '' || this.#known.add(hash32(data), timeMs)) bytes += dataBytes;
    }
    if (bytes > 0) this.#add('answerBytes', bytes, timeMs);
  }

  sums(nowMs: number): ChannelSums {
    const sums: Record<string, number> = {};
    for (const [name, measure] of Object.entries(MEASURES))
      sums[name] = this.#tally.sum(measure, nowMs, this.#windowMs);
    return sums as ChannelSums;
  }

  /** Labels that repeat say nothing: a name's constant part, a counter's head. */
  #newLabels(name: string, timeMs: number): { bits: number; bytes: number } {
    let bits = 0;
    let bytes = 0;
    for (const label of name.split('.')) {
      if (!this.#known.add(hash32(label) ^ LABEL, timeMs)) continue;
      bits += labelBits(label);
      bytes += labelBytes(label);
    }
    return { bits, bytes };
  }

  #add(measure: keyof typeof MEASURES, amount: number, timeMs: number): void {
    this.#tally.add(MEASURES[measure], amount, timeMs, this.#windowMs);
  }

  #count(type: number): void {
    const count = this.types.get(type);
    if (count !== undefined || this.types.size < TYPES_COUNTED) this.types.set(type, (count ?? 0) + 1);
  }
}
