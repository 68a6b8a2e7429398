import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '../backoff.ts';
import { BpftraceLines } from './bpftrace-lines.ts';
import { lastWords } from './last-words.ts';
import { programError } from './program-error.ts';
import type { MapDump, ProgramRequest, RingMap, RunningProgram, RunningView } from './running-program.ts';
import { type Aggregation, aggregationsOf } from './script-aggregations.ts';
import { findCommands, isWaiting } from './script-commands.ts';
import { scriptMaps } from './script-maps.ts';
import type { ReadableMap } from './series/types.ts';

/** A script is compiled by LLVM and verified in that time, or its load is given up. */
const START_LIMIT_MS = 30_000;
/** Where the kernel does not tell what a process waits for, it has attached when it lives so long after it said that it will. */
const ATTACH_MS = 2000;
/** What it may take to end after SIGTERM: it detaches its probes. */
const END_LIMIT_MS = 2000;
const STDERR_KEPT = 4096;
/** A script that ran so long before it failed starts again as if for the first time. */
const STEADY_MS = 60_000;

const CRASHED = {
  hint: 'Try "bpftrace --version": where that ends so too, it does not fit its libraries, and both are to be installed again.',
};

/** One process of a script. */
interface Run {
  readonly pid: number | undefined;
  kill(): void;
  /** Its status once everything it wrote is read; 1 for a signal or a start that went wrong. */
  readonly ended: Promise<number>;
}

export interface ScriptOptions {
  /** Where bpftrace and setpriv are looked for; PATH unless given. */
  readonly path?: string;
  readonly firstRetryMs?: number;
  /** Gives up a start that is under way. */
  readonly signal?: AbortSignal;
}

/**
 * A bpftrace script as a child process. It dies with us, also by SIGKILL (PR_SET_PDEATHSIG, set by setpriv). When it ends with an
 * error after it ran, it is started again, ever later; when it ends by itself (`exit()`), its maps stay to be read.
 */
export class BpftraceScript implements RunningProgram {
  readonly hasLaterMaps = true;
  readonly #request: ProgramRequest;
  readonly #aggregations: ReadonlyMap<string, Aggregation>;
  readonly #commands: readonly [setpriv: string, bpftrace: string];
  readonly #firstRetryMs: number;
  readonly #ended = new AbortController();
  #lines = new BpftraceLines();
  #child: ChildProcess | undefined;
  #state: RunningView['state'] = 'running';
  #restarts = 0;
  #failures = 0;
  #problem: string | undefined;
  #supervision: Promise<void> = Promise.resolve();
  /** Maps that were there once: after a restart they are empty until they are printed again, and still the same maps. */
  readonly #readable = new Map<string, ReadableMap>();
  readonly #printed = new Set<string>();

  private constructor(request: ProgramRequest, options: ScriptOptions) {
    this.#request = request;
    this.#aggregations = aggregationsOf(new TextDecoder().decode(request.file.content));
    this.#firstRetryMs = options.firstRetryMs ?? 1000;
    this.#commands = findCommands(request.file.file, options.path ?? process.env.PATH ?? '');
  }

  /** Starts the script and waits until its probes are attached. Throws NG_ERR_PROGRAM_SCRIPT with what bpftrace said. */
  static async start(request: ProgramRequest, options: ScriptOptions = {}): Promise<BpftraceScript> {
    const { file, set, cgroup, interface: name, pin } = request;
    if (Object.keys(set).length > 0 || cgroup !== undefined || name !== undefined || pin) {
      const why = 'scripts take none of --set, --cgroup, --interface and --pin';
      throw programError('NG_ERR_PROGRAM_SCRIPT', `starting ${file.file}`, why);
    }
    const self = new BpftraceScript(request, options);
    const run = self.#spawn();
    const give = (): void => {
      self.#problem = 'NetGuard is stopping';
      run.kill();
    };
    options.signal?.addEventListener('abort', give, { once: true });
    if (options.signal?.aborted) give();
    const isAttached = await self.#isAttached(run);
    options.signal?.removeEventListener('abort', give);
    if (!isAttached) {
      const why = self.#problem ?? 'it did not attach';
      throw programError('NG_ERR_PROGRAM_SCRIPT', `starting ${file.file}`, why, /with signal/.test(why) ? CRASHED : {});
    }
    self.#supervision = self.#supervise(run).catch((error: unknown) => {
      self.#problem = error instanceof Error ? error.message : String(error);
      self.#state = 'ended';
    });
    return self;
  }

  /** Of the process that runs now; undefined between two. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  view(): RunningView {
    const { lostEvents, ignored, errors, lastError } = this.#lines;
    const printed = this.#lines.maps;
    for (const name of printed.keys()) this.#printed.add(name);
    const names = new Set([...[...this.#aggregations.keys()].map((name) => `@${name}`), ...this.#printed]);
    const maps = Array.from(names, (name) => ({
      ...{ name, type: 'bpftrace', maxEntries: printed.get(name)?.entries.size ?? 0, bytes: 0 },
    }));
    const events = { taken: 0, dropped: lostEvents + ignored + errors, fullLooks: 0 };
    const problem = this.#problem ?? lastError;
    return { state: this.#state, hooks: [], maps, events, restarts: this.#restarts, ...(problem && { problem }) };
  }

  readable(): readonly ReadableMap[] {
    for (const name of this.#lines.maps.keys()) this.#printed.add(name);
    for (const map of scriptMaps(this.#aggregations, () => this.#lines.maps)) {
      if (!this.#readable.has(map.name)) this.#readable.set(map.name, map);
    }
    return [...this.#readable.values()];
  }

  rings(): readonly RingMap[] {
    return [];
  }

  dump(limit: number): readonly MapDump[] {
    return [...this.#lines.maps].map(([map, { entries }]) => ({
      map,
      type: 'bpftrace',
      entries: [...entries].slice(0, limit).map(([key, value]) => ({ key, value })),
      isCut: entries.size > limit,
    }));
  }

  async close(): Promise<void> {
    this.#ended.abort();
    const child = this.#child;
    child?.kill('SIGTERM');
    const timer = setTimeout(() => child?.kill('SIGKILL'), END_LIMIT_MS);
    await this.#supervision;
    clearTimeout(timer);
  }

  async #supervise(first: Run): Promise<void> {
    for (let run = first; ; ) {
      const began = performance.now();
      const status = await run.ended;
      if (this.#ended.signal.aborted) return;
      if (status === 0) {
        this.#state = 'ended';
        return;
      }
      this.#state = 'restarting';
      this.#failures = performance.now() - began > STEADY_MS ? 1 : this.#failures + 1;
      const wait = backoffMs(this.#failures, 0, { firstMs: this.#firstRetryMs, mostMs: 60_000 });
      await delay(wait, undefined, { signal: this.#ended.signal }).catch(() => undefined);
      if (this.#ended.signal.aborted) return;
      this.#restarts++;
      run = this.#spawn();
      if (await this.#isAttached(run)) this.#state = 'running';
    }
  }

  #spawn(): Run {
    const [setpriv, bpftrace] = this.#commands;
    const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C', BPFTRACE_MAX_MAP_KEYS: '4096' };
    const args = ['--pdeathsig', 'KILL', '--', bpftrace, '-f', 'json', '-'];
    const lines = new BpftraceLines();
    let said = '';
    this.#lines = lines;
    this.#child = undefined;
    this.#problem = undefined;
    let child: ChildProcess;
    try {
      child = spawn(setpriv, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
    } catch (error) {
      this.#problem = `starting bpftrace: ${error instanceof Error ? error.message : error}`;
      return { pid: undefined, kill: () => undefined, ended: Promise.resolve(1) };
    }
    this.#child = child;
    child.once('error', (error) => {
      said = error.message;
    });
    const ended = new Promise<number>((resolve) => {
      child.once('close', (status, signal) => {
        if (this.#child === child) this.#child = undefined;
        const end = signal === null ? `status ${status}` : `signal ${signal}`;
        if (status !== 0) this.#problem ??= lastWords(said, this.#request.file.file) || `bpftrace ended with ${end}`;
        resolve(status ?? 1);
      });
    });
    /* Without a free descriptor there are no pipes. It may end before it has read the whole script. */
    child.stdin?.on('error', () => undefined).end(this.#request.file.content);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => lines.take(text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-STDERR_KEPT);
    });
    return { pid: child.pid, kill: () => void child.kill('SIGKILL'), ended };
  }

  /** False: it ended, or was killed, before all its probes were attached; `#problem` is why. */
  async #isAttached({ pid, kill, ended }: Run): Promise<boolean> {
    const lines = this.#lines;
    let status: number | undefined;
    void ended.then((code) => {
      status = code;
    });
    const limit = performance.now() + START_LIMIT_MS;
    for (let began = Number.POSITIVE_INFINITY; status === undefined; ) {
      if (lines.isSpeaking) return true;
      if (lines.isAttaching) {
        began = Math.min(began, performance.now());
        if (isWaiting(pid) || performance.now() - began > ATTACH_MS) return true;
      }
      if (performance.now() > limit) {
        this.#problem = `its probes were not attached within ${START_LIMIT_MS / 1000} s`;
        kill();
      }
      await Promise.race([ended, delay(20)]);
    }
    return lines.isSpeaking || (lines.isAttaching && status === 0);
  }
}
