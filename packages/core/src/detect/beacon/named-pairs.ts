import type { ApplicationObservation } from '../../observation.ts';
import { Lru } from '../../sketch/lru.ts';
import { PairLru } from '../../sketch/pair-lru.ts';
import { type Conversation, conversationKey } from '../conversation-key.ts';
import type { NamedStart, Pair } from './pair.ts';
import { type CalledName, ServerNames } from './server-names.ts';

const PAIRS = 2048;
const ADDRESSES = 4096;
const OPENINGS = 4096;
const ADDRESSES_COUNTED = 16;

/**
 * Pairs of a workload and a name: a server behind a name of many addresses keeps a rhythm that none of its addresses does.
 * And the names of addresses, for whoever reads of them.
 */
export class NamedPairs {
  /** By workload and port, and name. */
  readonly #pairs = new PairLru<Pair>(PAIRS, (pair) => pair.alarm !== undefined);
  /** By workload and port, and address. */
  readonly #names = new PairLru<ServerNames>(ADDRESSES);
  /** By conversation: told of by their payload, not by their connection yet. */
  readonly #openings = new Lru<string, NamedStart>(OPENINGS);

  /**
   * One more conversation calls its server by a name. Returns the pair that was forgotten for it.
   * @param togetherMs what begins within this time is one beat.
   */
  hear(
    caller: string,
    called: CalledName,
    observation: ApplicationObservation,
    togetherMs: number,
    makePair: () => Pair,
  ): Pair | undefined {
    const { timeMs, remote } = observation;
    const key = conversationKey(observation);
    if (this.#openings.has(key)) return undefined;
    this.#name(caller, remote.ip, called);
    let pair = this.#pairs.get(caller, called.name);
    let evicted: Pair | undefined;
    if (pair === undefined) {
      pair = makePair();
      evicted = this.#pairs.add(caller, called.name, pair);
    }
    pair.addresses ??= new Set();
    if (pair.addresses.size < ADDRESSES_COUNTED) pair.addresses.add(remote.ip);
    if (timeMs - pair.starts.lastMs > togetherMs) pair.starts.add(timeMs);
    this.#openings.set(key, { pair, start: pair.starts.count });
    return evicted;
  }

  /** The pair of a conversation whose connection is told of now. */
  take(conversation: Conversation): NamedStart | undefined {
    if (this.#openings.size === 0) return undefined;
    const key = conversationKey(conversation);
    const opening = this.#openings.peek(key);
    if (opening !== undefined) this.#openings.delete(key);
    return opening;
  }

  /** What the workload calls the address. */
  names(caller: string, ip: string): ServerNames | undefined {
    return this.#names.peek(caller, ip);
  }

  get size(): number {
    return this.#pairs.size + this.#names.size + this.#openings.size;
  }

  get capacity(): number {
    return PAIRS + ADDRESSES + OPENINGS;
  }

  get evicted(): number {
    return this.#pairs.evicted + this.#names.evicted + this.#openings.evicted;
  }

  #name(caller: string, ip: string, called: CalledName): void {
    let names = this.#names.get(caller, ip);
    if (names === undefined) {
      names = new ServerNames();
      this.#names.add(caller, ip, names);
    }
    names.add(called);
  }
}
