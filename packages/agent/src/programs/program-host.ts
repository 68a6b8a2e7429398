import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { trimMemory } from '@netguard/libbpf';
import { BpftraceScript, type ScriptOptions } from './bpftrace-script.ts';
import { type CompileOptions, compileProgram, provideVmlinuxHeader } from './compile.ts';
import { KernelProgram } from './kernel-program.ts';
import type { ProgramLimits, Usage } from './limits.ts';
import { Pins } from './pins.ts';
import { privateDirectory } from './private-directory.ts';
import { programError } from './program-error.ts';
import { ProgramExports } from './program-exports.ts';
import type { ProgramView } from './program-view.ts';
import type { MapDump, ProgramEvents, ProgramRequest, RunningProgram } from './running-program.ts';
import type { SeriesNames } from './series/types.ts';

export interface ProgramHostOptions {
  readonly limits: () => ProgramLimits;
  readonly events: ProgramEvents;
  /** Who is behind the numbers in maps. */
  readonly names: SeriesNames;
  readonly now: () => number;
  readonly pins?: Pins;
  readonly compile?: CompileOptions;
  readonly scripts?: ScriptOptions;
}

interface Loaded {
  readonly request: ProgramRequest;
  readonly running: RunningProgram;
  readonly exports: ProgramExports;
  readonly loadedMs: number;
}

/**
 * The programs of users, by name. One is loaded, replaced or unloaded at a time, in the order asked; what goes wrong leaves
 * everything as it was. They share nothing with NetGuard's own objects but the kernel.
 */
export class ProgramHost {
  readonly #options: ProgramHostOptions;
  readonly #pins: Pins;
  readonly #loaded = new Map<string, Loaded>();
  readonly #closing = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ProgramHostOptions) {
    this.#options = options;
    this.#pins = options.pins ?? new Pins();
  }

  /** Removes the pins of runs that ended by force. */
  sweep(): string[] {
    return this.#pins.sweep();
  }

  /** Throws NG_ERR_PROGRAM_* saying what and where; NG_ERR_PROGRAM_NAME when the name is taken. */
  load(request: ProgramRequest): Promise<ProgramView> {
    return this.#inTurn(async () => {
      const { name, file } = request;
      if (this.#loaded.has(name)) {
        throw programError('NG_ERR_PROGRAM_NAME', `loading ${file.file}`, `a program named ${name} is loaded`, {
          hint: 'Unload it first, reload it, or give another --name.',
        });
      }
      const { maxPrograms } = this.#options.limits();
      if (this.#loaded.size >= maxPrograms) {
        throw programError('NG_ERR_PROGRAM_LIMIT', `loading ${file.file}`, `${maxPrograms} programs are loaded`, {
          hint: 'Unload one, or raise programs.maxPrograms.',
        });
      }
      return this.#start(request, undefined);
    });
  }

  /** Puts another version in the place of a program; only once the kernel has taken it does the old one end. Counts begin anew. */
  replace(request: ProgramRequest): Promise<ProgramView> {
    return this.#inTurn(() => this.#start(request, this.#get(request.name, 'reloading')));
  }

  /** Ends a program; nothing of it is left. Returns what it was. */
  unload(name: string): Promise<ProgramView> {
    return this.#inTurn(async () => {
      const loaded = this.#get(name, 'unloading');
      const view = viewOf(loaded);
      this.#loaded.delete(name);
      await loaded.running.close();
      return view;
    });
  }

  /** Throws NG_ERR_PROGRAM_MISSING. */
  request(name: string): ProgramRequest {
    return this.#get(name, 'finding').request;
  }

  has(name: string): boolean {
    return this.#loaded.has(name);
  }

  views(): ProgramView[] {
    return [...this.#loaded.values()].map(viewOf);
  }

  /** Throws NG_ERR_PROGRAM_MISSING. */
  view(name: string): ProgramView {
    return viewOf(this.#get(name, 'finding'));
  }

  /** Entries of the maps of a program, at most `limit` of each. Throws NG_ERR_PROGRAM_MISSING. */
  dump(name: string, limit: number): readonly MapDump[] {
    return this.#get(name, 'reading').running.dump(limit);
  }

  /** Metrics, measurements and events of all programs. */
  exports(): readonly ProgramExports[] {
    return [...this.#loaded.values()].map(({ exports }) => exports);
  }

  exportsOf(name: string): ProgramExports | undefined {
    return this.#loaded.get(name)?.exports;
  }

  /** Ends all programs; compilers and scripts that are starting are ended at once. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#inTurn(async () => {
      const all = [...this.#loaded.values()];
      this.#loaded.clear();
      await Promise.all(all.map(({ running }) => running.close()));
    }, true);
  }

  async #start(request: ProgramRequest, before: Loaded | undefined): Promise<ProgramView> {
    const directory = privateDirectory(request.file.file);
    try {
      writeFileSync(join(directory, request.file.file), request.file.content, { mode: 0o600 });
      const { running, exports } = await this.#run(directory, request, before);
      await before?.running.close();
      const loaded = { request, running, exports, loadedMs: this.#options.now() };
      this.#loaded.set(request.name, loaded);
      return viewOf(loaded);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  async #run(
    directory: string,
    request: ProgramRequest,
    before: Loaded | undefined,
  ): Promise<Pick<Loaded, 'running' | 'exports'>> {
    const { file, kind, content } = request.file;
    if (kind === 'bpftrace') {
      if (request.frequency !== undefined) {
        throw programError('NG_ERR_PROGRAM_ATTACH', `starting ${file}`, 'scripts take no --frequency', {
          hint: 'Write profile:hz:99 { … } into the script.',
        });
      }
      const script = await BpftraceScript.start(request, { ...this.#options.scripts, signal: this.#closing.signal });
      return { running: script, exports: await this.#exportsOf(request, script) };
    }
    let object = join(directory, file);
    if (kind === 'source') {
      await provideVmlinuxHeader(directory, file, Buffer.from(content).toString('utf8'));
      object = await compileProgram(directory, file, { ...this.#options.compile, signal: this.#closing.signal });
    }
    const { limits, events } = this.#options;
    const options = { limits, events, used: this.#used(before), pins: this.#pins };
    const program = await KernelProgram.load(object, request, options);
    const exports = await this.#exportsOf(request, program);
    if (before !== undefined && (program.isExclusive || request.pin)) {
      this.#loaded.delete(request.name);
      await before.running.close();
    }
    await program.attach();
    /* Verifying takes megabytes of the C library's memory for a moment. */
    trimMemory();
    return { running: program, exports };
  }

  /** A YAML that speaks of what the program has not is found before the program is on a hook. */
  async #exportsOf(request: ProgramRequest, running: RunningProgram): Promise<ProgramExports> {
    try {
      return new ProgramExports(request, running, this.#options.names);
    } catch (error) {
      await running.close();
      throw error;
    }
  }

  #used(except: Loaded | undefined): Usage {
    const sum = { maps: 0, mapBytes: 0 };
    for (const { running } of this.#loaded.values()) {
      if (running === except?.running || !(running instanceof KernelProgram)) continue;
      sum.maps += running.usage.maps;
      sum.mapBytes += running.usage.mapBytes;
    }
    return sum;
  }

  #get(name: string, verb: string): Loaded {
    const loaded = this.#loaded.get(name);
    if (loaded !== undefined) return loaded;
    const names = [...this.#loaded.keys()].join(', ') || 'none';
    const doing = `${verb} program ${name.slice(0, 60)}`;
    throw programError('NG_ERR_PROGRAM_MISSING', doing, `none of that name is loaded; loaded are: ${names}`);
  }

  #inTurn<T>(work: () => Promise<T>, isEnd = false): Promise<T> {
    const result = this.#turn.then(() => {
      if (!this.#closing.signal.aborted || isEnd) return work();
      throw programError('NG_ERR_PROGRAM_LOAD', 'changing programs', 'NetGuard is stopping');
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function viewOf({ request, running, exports, loadedMs }: Loaded): ProgramView {
  const view = running.view();
  const problem = view.problem ?? exports.problem;
  const { name, file, set, cgroup, interface: target, frequency, path, origin, by, pin } = request;
  return {
    name,
    file: file.file,
    kind: file.kind,
    sha256: file.sha256,
    path,
    origin,
    loadedBy: by,
    loadedAt: new Date(loadedMs).toISOString(),
    set,
    ...(cgroup === undefined ? {} : { cgroup }),
    ...(target === undefined ? {} : { interface: target }),
    ...(frequency === undefined ? {} : { frequency }),
    pin,
    hasSpec: request.spec !== undefined,
    ...view,
    ...(problem === undefined ? {} : { problem }),
  };
}
