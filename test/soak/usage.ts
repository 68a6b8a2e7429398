import { readFileSync } from 'node:fs';
import { cpuTime, memoryOf } from '../../bench/support/process-cost.ts';

/** What the agent and the whole machine took. */
export interface Usage {
  /** Of one core, on average. */
  readonly agentCores: number;
  /** The busiest sample. */
  readonly agentCoresMax: number;
  readonly rssBytes: number;
  readonly rssMaxBytes: number;
  /** Of it, its own; the rest is files and the kernel's maps. */
  readonly anonymousBytes: number;
  /** Share of all cores that was busy, with whatever else ran. */
  readonly machineBusy: number;
}

/** Samples /proc; `sample` every few seconds. */
export class UsageMeter {
  readonly #pid: number;
  readonly #beganMs = performance.now();
  readonly #firstCpu: number;
  readonly #firstMachine = machineTime();
  #lastMs = this.#beganMs;
  #lastCpu: number;
  #max = 0;
  #rss = 0;
  #anonymous = 0;
  #rssMax = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#firstCpu = cpuTime(pid).total;
    this.#lastCpu = this.#firstCpu;
  }

  sample(): void {
    const nowMs = performance.now();
    const cpu = cpuTime(this.#pid).total;
    if (nowMs - this.#lastMs > 500)
      this.#max = Math.max(this.#max, ((cpu - this.#lastCpu) * 1000) / (nowMs - this.#lastMs));
    this.#lastMs = nowMs;
    this.#lastCpu = cpu;
    const { rss, anonymous } = memoryOf(this.#pid);
    this.#rss = rss;
    this.#anonymous = anonymous;
    this.#rssMax = Math.max(this.#rssMax, this.#rss);
  }

  usage(): Usage {
    const seconds = Math.max(0.001, (this.#lastMs - this.#beganMs) / 1000);
    const now = machineTime();
    const busy = (now.busy - this.#firstMachine.busy) / Math.max(1, now.all - this.#firstMachine.all);
    return {
      agentCores: (this.#lastCpu - this.#firstCpu) / seconds,
      agentCoresMax: this.#max,
      rssBytes: this.#rss,
      rssMaxBytes: this.#rssMax,
      anonymousBytes: this.#anonymous,
      machineBusy: busy,
    };
  }
}

/** Clock ticks of all cores since boot. https://man7.org/linux/man-pages/man5/proc_stat.5.html */
function machineTime(): { readonly busy: number; readonly all: number } {
  const [line = ''] = readFileSync('/proc/stat', 'latin1').split('\n');
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0] = line
    .split(/\s+/)
    .slice(1)
    .map(Number);
  const busy = user + nice + system + irq + softirq;
  return { busy, all: busy + idle + iowait };
}
