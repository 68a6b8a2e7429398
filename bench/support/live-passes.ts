import { number, printTable, ratio } from './report.ts';
import { median, spread } from './statistics.ts';
import { threadTimeNs } from './thread-time.ts';

interface Way {
  readonly wallMs: number[];
  readonly cpuMs: number[];
  readonly found: number[];
}

/** Times of ways to read all sockets, each several times. */
export class LivePasses {
  readonly #ways = new Map<string, Way>();
  readonly #sockets: number;

  constructor(sockets: number) {
    this.#sockets = sockets;
  }

  /** Forgets what was measured so far: the compiler has warmed up. */
  forget(): void {
    this.#ways.clear();
  }

  /** Times a pass of this thread, which returns the sockets it found: all of them if it is NetGuard's, or the benchmark fails. */
  time(name: string, pass: () => number): void {
    const cpu = threadTimeNs();
    const began = performance.now();
    const found = pass();
    const wallMs = performance.now() - began;
    this.#add(name, found, wallMs, (threadTimeNs() - cpu) / 1e6);
  }

  /** The same for a pass of other processes, whose processor time is not known. */
  async timeAsync(name: string, pass: () => Promise<number>): Promise<void> {
    const began = performance.now();
    const found = await pass();
    this.#add(name, found, performance.now() - began, Number.NaN);
  }

  /** Prints all, as multiples of the way named `base`. */
  print(base: string): void {
    const baseMs = median(this.#ways.get(base)?.wallMs ?? []);
    printTable(
      ['way', 'ms [quartiles]', 'of it own CPU', 'sockets', 'µs each', '÷ NetGuard'],
      [...this.#ways].map(([name, way]) => {
        const wallMs = median(way.wallMs);
        const found = median(way.found);
        const each = number((1000 * wallMs) / found, 2);
        return [name, spread(way.wallMs, 1), number(median(way.cpuMs), 1), number(found), each, ratio(wallMs / baseMs)];
      }),
    );
  }

  #add(name: string, found: number, wallMs: number, cpuMs: number): void {
    if (found < this.#sockets && name.startsWith('NetGuard'))
      throw new Error(`${name}: found ${found} of ${this.#sockets} sockets`);
    const way = this.#ways.get(name) ?? { wallMs: [], cpuMs: [], found: [] };
    this.#ways.set(name, way);
    way.wallMs.push(wallMs);
    way.cpuMs.push(cpuMs);
    way.found.push(found);
  }
}
