import type { Endpoint } from '../../endpoint.ts';
import type { DnsRecord } from '../../payload/facts.ts';
import { AskedNames, type ChannelSums } from './asked-names.ts';

interface Question {
  readonly subdomain: string;
  readonly type: number;
  readonly timeMs: number;
}

/** What one workload asks below one registered domain. Most ask for one name again and again: those cost little. */
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
  readonly #windowMs: number;
  #first: Question | undefined;
  #names: AskedNames | undefined;

  constructor(client: Endpoint, clientKey: string, domain: string, server: Endpoint, windowMs: number) {
    this.client = client;
    this.clientKey = clientKey;
    this.domain = domain;
    this.server = server;
    this.#windowMs = windowMs;
  }

  /** A question; true when its name was not known. */
  ask(subdomain: string, type: number, timeMs: number): boolean {
    if (this.#names === undefined) {
      if (this.#first?.subdomain === subdomain) return false;
      if (this.#first === undefined) {
        this.#first = { subdomain, type, timeMs };
        return this.#isNew(timeMs);
      }
      this.#names = new AskedNames(this.#windowMs);
      this.#names.ask(this.#first.subdomain, this.#first.type, this.#first.timeMs);
    }
    return this.#names.ask(subdomain, type, timeMs) && this.#isNew(timeMs);
  }

  /** What came back: data that was not known, of types that can carry any. */
  answer(answers: readonly DnsRecord[], timeMs: number): void {
    this.#names?.answer(answers, timeMs);
  }

  sums(nowMs: number): ChannelSums {
    return (this.#names ?? new AskedNames(this.#windowMs)).sums(nowMs);
  }

  /** Record types by the new names asked for with them since the channel is known. */
  get types(): ReadonlyMap<number, number> {
    return this.#names?.types ?? new Map();
  }

  /** The last new ones, without the domain. */
  get examples(): readonly string[] {
    return this.#names?.examples ?? [];
  }

  get isAlarmed(): boolean {
    return !Number.isNaN(this.alarmSinceMs);
  }

  #isNew(timeMs: number): true {
    this.lastNewMs = timeMs;
    this.unreported++;
    return true;
  }
}
