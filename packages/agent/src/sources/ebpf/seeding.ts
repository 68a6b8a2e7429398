import type { BpfLink } from '@netguard/libbpf';
import type { EbpfObjects } from './objects.ts';

/**
 * Sockets that were open before the start: at once those of every process in our PID namespace (with their owner), and
 * for the first minutes every other one as soon as it moves a packet (cgroup known, owner unknown).
 */
export class Seeding {
  readonly #links: BpfLink[] = [];
  readonly #untilMs: number;
  #done = false;

  constructor(objects: EbpfObjects, cgroupRoot: string, nowMs: number, seedSeconds: number) {
    using files = objects.program('ng_tcp_seed').attachIterator();
    files.run();
    files.run(); /* Once more for roles: a listener may have been met after its connections. */
    this.#untilMs = nowMs + seedSeconds * 1000;
    if (seedSeconds === 0) return;
    for (const name of ['ng_tcp_seed_in', 'ng_tcp_seed_out']) {
      try {
        this.#links.push(objects.program(name).attachCgroup(cgroupRoot));
      } catch {
        /* An exclusive holder of the root: `packets` reports the same refusal with its name. */
      }
    }
  }

  /** Detaches the temporary programs when their time is over. */
  keep(nowMs: number): void {
    if (!this.#done && nowMs >= this.#untilMs) this.close();
  }

  close(): void {
    this.#done = true;
    for (const link of this.#links.splice(0)) link.close();
  }
}
