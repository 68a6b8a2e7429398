import type { Probing } from '../../contacts/contact.ts';
import { pairHash } from '../../contacts/pair-counts.ts';
import { Newcomers } from '../../sketch/newcomers.ts';
import type { TableState } from '../../table-state.ts';

const PAIRS = 16_384;
const PORT = 0;

export interface FirstProbe {
  readonly port: number;
  readonly timeMs: number;
}

/**
 * The one port that a pair has tried so far, in a few numbers each: a spoofed flood at closed ports, in which nobody comes
 * twice, needs no more. The kernel counts distinct ports since the pair's first packet, so nothing of it is lost.
 */
export class FirstProbes {
  readonly #pairs: Newcomers;

  /** @param withinMs a probe longer ago than this is forgotten. */
  constructor(withinMs: number) {
    this.#pairs = new Newcomers(PAIRS, 1, withinMs);
  }

  set withinMs(withinMs: number) {
    this.#pairs.withinMs = withinMs;
  }

  /** True for a pair's first port, also when it comes again: it is remembered, and more need not be. */
  holds({ sourceIp, targetIp, lastPort, timeMs, distinctPorts, shapes, latePorts, udpUndecided }: Probing): boolean {
    // What is still to be decided, or odd enough to be told of three ports, needs a state at once.
    const isOrdinary = !udpUndecided && latePorts === 0 && shapes.fin + shapes.null + shapes.xmas === 0;
    if (distinctPorts > 1 || !isOrdinary) return false;
    const hash = pairHash(sourceIp, targetIp, 0);
    const known = this.#pairs.find(hash, timeMs);
    if (known >= 0) return this.#pairs.get(known, PORT) === lastPort;
    this.#pairs.set(this.#pairs.enter(hash, timeMs), PORT, lastPort);
    return true;
  }

  /** What is remembered of the pair, which is forgotten. */
  take(sourceIp: string, targetIp: string, nowMs: number): FirstProbe | undefined {
    const known = this.#pairs.find(pairHash(sourceIp, targetIp, 0), nowMs);
    if (known < 0) return undefined;
    const first = { port: this.#pairs.get(known, PORT), timeMs: this.#pairs.timeOf(known, nowMs) };
    this.#pairs.leave(known);
    return first;
  }

  /** Whether this source has tried one port of this target. */
  has(sourceIp: string, targetIp: string, nowMs: number): boolean {
    return this.#pairs.find(pairHash(sourceIp, targetIp, 0), nowMs) >= 0;
  }

  get state(): TableState {
    const { size: entries, capacity, evicted } = this.#pairs;
    return { entries, capacity, evicted };
  }
}
