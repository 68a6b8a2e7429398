import type { Endpoint } from '../endpoint.ts';

/** A sender is a flood's when it sends at least this share of it. */
const MOST = 0.5;
/** Two rates of the same packets, seen at both ends, differ by no more (ticks, drops on the way). */
const ALIKE = 1.5;

interface Sender {
  readonly source: Endpoint;
  /** Undefined where the kernel's table had no room to tell. */
  readonly target: string | undefined;
  readonly rate: number;
}

/**
 * Workloads of ours that flood now, to find the one behind a flood whose addresses are forged: its own counters say what it
 * sends, whatever it writes into its packets.
 */
export class OwnSenders {
  readonly #senders: Sender[] = [];

  /** The node as a whole is left out: it stands for whatever has no name. @param target workload key, or undefined where it is not known. */
  add(source: Endpoint, target: string | undefined, rate: number): void {
    if (source.kind === 'node') return;
    this.#senders.push({ source, target, rate });
  }

  /** Who of ours sends most of what `target` gets; by its rate alone only when no other one comes into question. */
  behind(target: string, rate: number): Endpoint | undefined {
    let best: Sender | undefined;
    for (const sender of this.#senders) {
      if (sender.target === target && sender.rate >= MOST * rate && sender.rate > (best?.rate ?? 0)) best = sender;
    }
    if (best !== undefined) return best.source;
    const alike = this.#senders.filter(
      (sender) => sender.target === undefined && sender.rate <= ALIKE * rate && rate <= ALIKE * sender.rate,
    );
    return alike.length === 1 ? alike[0]?.source : undefined;
  }
}
