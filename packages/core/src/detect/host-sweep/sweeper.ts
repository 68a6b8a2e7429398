import type { EarlierFailure } from '../../contacts/first-failures.ts';
import { targetHash } from '../../contacts/pair-counts.ts';
import type { Endpoint } from '../../endpoint.ts';
import { hash32 } from '../../sketch/hash.ts';
import { RecentHashes } from '../../sketch/recent-hashes.ts';
import { SlidingCount } from '../../sketch/sliding-count.ts';

/** Remembered one by one; a sweep of more is a sweep anyway. */
const REMEMBERED = 1536;
const MAX_TARGETS = 10;
const MAX_PORTS = 16;

export interface Alarm {
  readonly sinceMs: number;
}

/** One source: its first contacts and how likely they are a scanner's (TRW, Jung et al. 2004). */
export class Sweeper {
  source: Endpoint;
  firstMs: number;
  lastFailMs: number;
  alarm: Alarm | undefined;
  unreported = 0;
  /** Natural logarithm of the likelihood ratio. */
  likelihood = 0;
  readonly targets: string[] = [];
  readonly ports = new Map<number, number>();
  readonly #contacts: RecentHashes;
  readonly #hosts: RecentHashes;
  readonly #failed: SlidingCount;
  readonly #answered: SlidingCount;
  readonly #failedHosts: SlidingCount;
  readonly #protocols = new Set<string>();

  constructor(source: Endpoint, timeMs: number, windowMs: number) {
    this.source = source;
    this.firstMs = timeMs;
    this.lastFailMs = timeMs;
    this.#contacts = new RecentHashes(REMEMBERED, windowMs);
    this.#hosts = new RecentHashes(REMEMBERED, windowMs);
    this.#failed = new SlidingCount(windowMs);
    this.#answered = new SlidingCount(windowMs);
    this.#failedHosts = new SlidingCount(windowMs);
  }

  /** A failed contact; true when it was a first one. */
  fail(ip: string, port: number, protocol: string, step: number, ceiling: number, timeMs: number): boolean {
    if (!this.#count(targetHash(ip, port), hash32(ip), port, step, ceiling, timeMs)) return false;
    if (this.targets.length < MAX_TARGETS && !this.targets.includes(ip)) this.targets.push(ip);
    this.#protocols.add(protocol);
    return true;
  }

  /** The failure before the first that this one was told of. */
  replay({ target, host, port, timeMs }: EarlierFailure, step: number, ceiling: number): void {
    this.#count(target, host, port, step, ceiling, timeMs);
  }

  succeed(ip: string, port: number, step: number, floor: number, timeMs: number): void {
    if (!this.#contacts.add(targetHash(ip, port), timeMs)) return;
    this.#answered.add(1, timeMs);
    this.likelihood = Math.max(floor, this.likelihood - step);
  }

  #count(target: number, host: number, port: number, step: number, ceiling: number, timeMs: number): boolean {
    if (!this.#contacts.add(target, timeMs)) return false;
    this.#failed.add(1, timeMs);
    this.lastFailMs = timeMs;
    this.unreported++;
    this.likelihood = Math.min(ceiling, this.likelihood + step);
    if (this.#hosts.add(host, timeMs)) this.#failedHosts.add(1, timeMs);
    if (this.ports.size < MAX_PORTS || this.ports.has(port)) this.ports.set(port, (this.ports.get(port) ?? 0) + 1);
    return true;
  }

  failedPairs(nowMs: number): number {
    return this.#failed.sum(nowMs);
  }

  failedHosts(nowMs: number): number {
    return this.#failedHosts.sum(nowMs);
  }

  failedShare(nowMs: number): number {
    const failed = this.#failed.sum(nowMs);
    const all = failed + this.#answered.sum(nowMs);
    return all === 0 ? 0 : failed / all;
  }

  get protocols(): string[] {
    return [...this.#protocols].sort();
  }

  /** Most tried first. */
  topPorts(limit: number): { port: number; count: number }[] {
    return [...this.ports]
      .map(([port, count]) => ({ port, count }))
      .sort((a, b) => b.count - a.count || a.port - b.port)
      .slice(0, limit);
  }
}
