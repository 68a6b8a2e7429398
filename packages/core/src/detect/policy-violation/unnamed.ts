import type { Endpoint } from '../../endpoint.ts';
import type { AccessProtocol } from '../../policy/access.ts';

/** A conversation that was judged: forbidden, by what was known of its ends. */
export interface Judged {
  readonly id: string;
  readonly source: Endpoint;
  readonly target: Endpoint;
  readonly port: number;
  readonly protocol: AccessProtocol;
  readonly outcome: 'established' | 'failed';
  readonly reporter: 'client' | 'server';
  readonly timeMs: number;
  readonly isOver: boolean;
}

/**
 * Names of new pods come a second or two after their first packets: their status is told when they run already. So whoever is
 * forbidden for want of a name is judged again after this time.
 */
const WAIT_MS = 5000;

/** A private address that nobody has claimed, or not yet. */
export function isUnnamed({ kind }: Endpoint): boolean {
  return kind === 'private';
}

/** What waits for names, the oldest first. */
export class UnnamedEnds {
  readonly capacity = 2048;
  readonly #held = new Map<string, Judged>();
  evicted = 0;

  get size(): number {
    return this.#held.size;
  }

  /** Returns what has to be judged as it is, for lack of room. */
  hold(judged: Judged): Judged | undefined {
    const key = keyOf(judged);
    const oldest =
      this.#held.size >= this.capacity && !this.#held.has(key) ? this.#held.values().next().value : undefined;
    if (oldest !== undefined) {
      this.#held.delete(keyOf(oldest));
      this.evicted++;
    }
    this.#held.set(key, judged);
    return oldest;
  }

  /** The conversation ended while it waited. */
  over(id: string): void {
    if (this.#held.size === 0) return;
    const key = keyOf({ id, outcome: 'established' });
    const judged = this.#held.get(key);
    if (judged !== undefined) this.#held.set(key, { ...judged, isOver: true });
  }

  /** What has waited long enough; it waits no longer. */
  *due(nowMs: number): Generator<Judged> {
    for (const [key, judged] of this.#held) {
      if (nowMs - judged.timeMs < WAIT_MS) return;
      this.#held.delete(key);
      yield judged;
    }
  }
}

function keyOf({ id, outcome }: Pick<Judged, 'id' | 'outcome'>): string {
  return `${outcome} ${id}`;
}
