import type { ApplicationFacts } from '../facts.ts';
import type { IdentifyMemory } from '../identify.ts';
import type { Kept } from './byte-slab.ts';

/** Protocols that send several messages in one go. */
const GOES_ON: ReadonlySet<string> = new Set(['dns', 'http2', 'ssh', 'stratum', 'tls']);

/** One direction of a conversation: how far its stream was sampled without a gap. */
export class Direction implements IdentifyMemory {
  parser: IdentifyMemory['parser'];
  quic: IdentifyMemory['quic'];
  /** Samples of it so far. */
  samples = 0;
  /** The stream so far, while it is kept for the next segment. */
  kept: Kept | undefined;
  /** Bytes sent up to the end of what was joined, also where fewer were sampled. */
  wireBytes = 0;
  /** No further segment can join. */
  isBroken = false;
  /** Facts of the joined stream that were told. */
  told = 0;
  /** More of the stream may tell more than was told. */
  isWaiting = false;

  /** Whether a segment at `offset` is the next one of what is kept, or the first of all. */
  isNext(offset: number): boolean {
    return !this.isBroken && (offset === 0 ? this.samples === 1 : offset === this.wireBytes && this.kept !== undefined);
  }

  /** `isLast`: the facts are all that will be known. */
  noteFacts(facts: readonly ApplicationFacts[], isLast: boolean): void {
    this.isWaiting = !isLast && mayGoOn(facts.at(-1));
    this.told = Math.max(this.told, facts.length);
  }

  /** Nothing joins any more. */
  release(): void {
    this.kept = undefined;
    this.isBroken = true;
    this.isWaiting = false;
    this.parser = undefined;
    this.quic = undefined;
  }
}

/** Whether the stream so far may hold the beginning of a further message that is not whole. */
function mayGoOn(last: ApplicationFacts | undefined): boolean {
  if (last === undefined) return true;
  return last.message !== 'client-hello' && GOES_ON.has(last.protocol);
}
