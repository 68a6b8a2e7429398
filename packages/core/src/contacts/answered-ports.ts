import { RecentTimes } from '../sketch/recent-times.ts';
import type { TableState } from '../table-state.ts';
import { targetHash } from './pair-counts.ts';

const CAPACITY = 16_384;

/** What completed a handshake lately, by address and port, whoever asked: the ready endpoints as the traffic itself shows them. */
export class AnsweredPorts {
  readonly #ports: RecentTimes;

  constructor(rememberMs: number) {
    this.#ports = new RecentTimes(CAPACITY, rememberMs);
  }

  note(ip: string, port: number, timeMs: number): void {
    this.#ports.note(targetHash(ip, port), timeMs);
  }

  /** When the port last answered, epoch ms; −Infinity when it did not lately. */
  last(ip: string, port: number, nowMs: number): number {
    return this.#ports.last(targetHash(ip, port), nowMs);
  }

  isReady(ip: string, port: number, nowMs: number): boolean {
    return this.last(ip, port, nowMs) > Number.NEGATIVE_INFINITY;
  }

  get state(): TableState {
    const { size: entries, capacity, evicted } = this.#ports;
    return { entries, capacity, evicted };
  }
}
