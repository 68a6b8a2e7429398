import type { PayloadConversation } from '@netguard/core';

/** Conversations remembered at least; at most twice as many, so that forgetting costs nothing. */
const CAPACITY = 8192;

/**
 * Of a conversation both of whose ends are sockets of this host, one end is told: the one whose sample came first, which is the
 * sender of its first payload. It is known by addresses alone, so where they are rewritten on the way (a Service of a cluster)
 * the two ends count as two conversations.
 */
export class PayloadEnds {
  readonly #capacity: number;
  /** The pair of sockets → the end that is told. */
  #recent = new Map<string, string>();
  #older = new Map<string, string>();

  constructor(capacity: number = CAPACITY) {
    this.#capacity = capacity;
  }

  /** False for a sample of the other end of a conversation that was told already. */
  isTold({ transport, local, remote, netns }: PayloadConversation): boolean {
    const mine = `${local.ip} ${local.port}`;
    const peers = `${remote.ip} ${remote.port}`;
    /* Every network namespace has the addresses of its loopback, and whoever talks to itself may use the same ports. */
    const where = local.ip === remote.ip ? netns : '';
    const pair = mine < peers ? `${transport} ${mine} ${peers} ${where}` : `${transport} ${peers} ${mine} ${where}`;
    const recent = this.#recent.get(pair);
    const told = recent ?? this.#older.get(pair) ?? mine;
    if (recent === undefined) this.#remember(pair, told);
    return told === mine;
  }

  get size(): number {
    return this.#recent.size + this.#older.size;
  }

  #remember(pair: string, end: string): void {
    if (this.#recent.size >= this.#capacity) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(pair, end);
  }
}
