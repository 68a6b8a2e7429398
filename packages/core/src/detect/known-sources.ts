import type { Endpoint } from '../endpoint.ts';
import type { ConnectionObservation } from '../observation.ts';
import { hash32 } from '../sketch/hash.ts';
import { RecentTimes } from '../sketch/recent-times.ts';
import type { DetectorContext, NameAddress } from './context.ts';

const CAPACITY = 16_384;

/** Who completed a handshake lately, noted once for all detectors that share a context. */
class CompletedSources {
  readonly times = new RecentTimes(CAPACITY, 0);
  #seen: ConnectionObservation | undefined;

  /** As long as the one that asks for the longest needs. */
  remember(ms: number): void {
    this.times.ttlMs = Math.max(this.times.ttlMs, ms);
  }

  note(connection: ConnectionObservation): void {
    if (connection === this.#seen) return;
    this.#seen = connection;
    this.times.note(hash32(connection.remote.ip), connection.timeMs);
  }
}

const completed = new WeakMap<DetectorContext, CompletedSources>();

/** Sources that a spoofer could not be: they have a name here, or have completed a handshake lately. */
export class KnownSources {
  readonly #nameAddress: NameAddress;
  readonly #completed: CompletedSources;
  #rememberMs: number;

  constructor(context: DetectorContext, rememberMs: number) {
    this.#nameAddress = context.nameAddress;
    this.#completed = completed.get(context) ?? new CompletedSources();
    completed.set(context, this.#completed);
    this.#rememberMs = rememberMs;
    this.#completed.remember(rememberMs);
  }

  set rememberMs(rememberMs: number) {
    this.#rememberMs = rememberMs;
    this.#completed.remember(rememberMs);
  }

  /** Learns from a server's connection; only its first and last observation, to be cheap. */
  observe(connection: ConnectionObservation): void {
    if (connection.role !== 'server' || !connection.established) return;
    if (!connection.isNew && connection.phase !== 'closed') return;
    this.#completed.note(connection);
  }

  /** Whether at least half of the distinct sources are known; false when there are none to judge by. */
  areMost(sources: readonly string[], nowMs: number): boolean {
    const distinct = new Set(sources);
    let known = 0;
    for (const ip of distinct) {
      if (this.hasCompleted(ip, nowMs) || isNamed(this.#nameAddress(ip))) known++;
    }
    return distinct.size > 0 && known * 2 >= distinct.size;
  }

  /** Whether the source completed a handshake lately. */
  hasCompleted(ip: string, nowMs: number): boolean {
    return nowMs - this.#completed.times.last(hash32(ip), nowMs) <= this.#rememberMs;
  }

  get size(): number {
    return this.#completed.times.size;
  }

  get capacity(): number {
    return this.#completed.times.capacity;
  }

  get evicted(): number {
    return this.#completed.times.evicted;
  }
}

/** Whether identity knows who holds the address, beyond what kind of address it is. */
export function isNamed(endpoint: Endpoint): boolean {
  return endpoint.kind !== 'world' && endpoint.kind !== 'private' && endpoint.kind !== 'link-local';
}
