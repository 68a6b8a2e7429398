import { readFileSync } from 'node:fs';

/** Processor time of a process so far, in seconds. */
export interface CpuTime {
  readonly total: number;
  /** The thread that the process began with: Node's main thread. */
  readonly main: number;
}

/** Memory of a process, in bytes. `file` includes mapped BPF maps, which are the kernel's memory. */
export interface Memory {
  readonly rss: number;
  readonly anonymous: number;
  readonly file: number;
}

const TICKS_PER_SECOND = 100;

/** From /proc/<pid>/stat for the whole (all threads, ended ones too; to 10 ms), from its main thread's schedstat to the nanosecond. */
export function cpuTime(pid: number): CpuTime {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const [main = '0'] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'latin1').split(' ');
  return { total: ticks / TICKS_PER_SECOND, main: Number(main) / 1e9 };
}

/** Share of one core that a process took while `body` ran. */
export async function coreShare(
  pid: number,
  body: () => Promise<unknown>,
): Promise<{ readonly total: number; readonly main: number; readonly seconds: number }> {
  const before = cpuTime(pid);
  const began = performance.now();
  await body();
  const seconds = (performance.now() - began) / 1000;
  const after = cpuTime(pid);
  return { total: (after.total - before.total) / seconds, main: (after.main - before.main) / seconds, seconds };
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const field = (name: string): number =>
    1024 * Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN);
  return { rss: field('VmRSS'), anonymous: field('RssAnon'), file: field('RssFile') + field('RssShmem') };
}
