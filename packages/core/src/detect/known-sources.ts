import type { Endpoint } from '../endpoint.ts';
import type { ConnectionObservation } from '../observation.ts';
import { RecentKeys } from '../sketch/recent-keys.ts';
import type { NameAddress } from './context.ts';

const CAPACITY = 16_384;

/** Sources that a spoofer could not be: they have a name here, or have completed a handshake lately. */
export class KnownSources {
  readonly #nameAddress: NameAddress;
  readonly #completed: RecentKeys;

  constructor(nameAddress: NameAddress, rememberMs: number) {
    this.#nameAddress = nameAddress;
    this.#completed = new RecentKeys(CAPACITY, rememberMs);
  }

  set rememberMs(rememberMs: number) {
    this.#completed.ttlMs = rememberMs;
  }

  /** Learns from a server's connection; only its first and last observation, to be cheap. */
  observe(connection: ConnectionObservation): void {
    if (connection.role !== 'server' || !connection.established) return;
    if (!connection.isNew && connection.phase !== 'closed') return;
    this.#completed.add(connection.remote.ip, connection.timeMs);
  }

  /** Whether at least half of the distinct sources are known; false when there are none to judge by. */
  areMost(sources: readonly string[], nowMs: number): boolean {
    const distinct = new Set(sources);
    let known = 0;
    for (const ip of distinct) {
      if (this.#completed.has(ip, nowMs) || isNamed(this.#nameAddress(ip))) known++;
    }
    return distinct.size > 0 && known * 2 >= distinct.size;
  }

  /** Whether the source completed a handshake lately. */
  hasCompleted(ip: string, nowMs: number): boolean {
    return this.#completed.has(ip, nowMs);
  }

  get size(): number {
    return this.#completed.size;
  }

  get capacity(): number {
    return this.#completed.capacity;
  }

  get evicted(): number {
    return this.#completed.evicted;
  }
}

/** Whether identity knows who holds the address, beyond what kind of address it is. */
export function isNamed(endpoint: Endpoint): boolean {
  return endpoint.kind !== 'world' && endpoint.kind !== 'private' && endpoint.kind !== 'link-local';
}
