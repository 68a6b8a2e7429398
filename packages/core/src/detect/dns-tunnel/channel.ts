import { labelBits, labelBytes } from '../../dns/name-information.ts';
import { isCarrierType, isRareType, TYPE } from '../../dns/record-types.ts';
import type { Endpoint } from '../../endpoint.ts';
import type { DnsRecord } from '../../payload/facts.ts';
import { hash32 } from '../../sketch/hyper-log-log.ts';
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

/** What one workload asks below one registered domain. */
export class Channel {
  readonly client: Endpoint;
  readonly clientKey: string;
  readonly domain: string;
  /** Who was asked last. */
  server: Endpoint;
  lastNewMs = Number.NEGATIVE_INFINITY;
  alarmSinceMs = Number.NaN;
  /** Names that are in no finding yet. */
  unreported = 0;
  readonly #tally = new SlidingTally(Object.keys(MEASURES).length);
  readonly #windowMs: number;
  readonly #known: RecentHashes;
  readonly #types = new Map<number, number>();
  #examples: string[] = [];

  constructor(client: Endpoint, clientKey: string, domain: string, server: Endpoint, windowMs: number) {
    this.client = client;
    this.clientKey = clientKey;
    this.domain = domain;
    this.server = server;
    this.#windowMs = windowMs;
    this.#known = new RecentHashes(REMEMBERED, windowMs);
  }

  /** A question; true when its name was not known. */
  ask(subdomain: string, type: number, timeMs: number): boolean {
    this.#add('queries', 1, timeMs);
    if (subdomain === '' || !this.#known.add(hash32(subdomain), timeMs)) return false;
    const { bits, bytes } = this.#newLabels(subdomain, timeMs);
    this.#add('names', 1, timeMs);
    this.#add('bits', bits, timeMs);
    this.#add('bytes', bytes, timeMs);
    if (isCarrierType(type)) this.#add('carriers', 1, timeMs);
    if (isRareType(type)) this.#add('rares', 1, timeMs);
    this.#count(type);
    this.#examples = [...this.#examples.slice(1 - EXAMPLES), subdomain];
    this.lastNewMs = timeMs;
    this.unreported++;
    return true;
  }

  /** What came back: data that was not known, of types that can carry any. */
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

  /** Record types by the new names asked for with them since the channel is known. */
  get types(): ReadonlyMap<number, number> {
    return this.#types;
  }

  /** The last new ones, without the domain. */
  get examples(): readonly string[] {
    return this.#examples;
  }

  get isAlarmed(): boolean {
    return !Number.isNaN(this.alarmSinceMs);
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
    const count = this.#types.get(type);
    if (count !== undefined || this.#types.size < TYPES_COUNTED) this.#types.set(type, (count ?? 0) + 1);
  }
}
