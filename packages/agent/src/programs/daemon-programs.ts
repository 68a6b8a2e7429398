import { isDeepStrictEqual } from 'node:util';
import { explainError } from '@netguard/core';
import type { ProgramSettings } from '../config/programs-schema.ts';
import type { Config } from '../config/schema.ts';
import { type FileWatch, type WatchFileOptions, watchFile } from '../config/watch-file.ts';
import type { Audit } from '../http/audit.ts';
import type { Logger } from '../log.ts';
import type { NodeState } from '../state/node-state.ts';
import { programName } from './program-file.ts';
import type { ProgramHost } from './program-host.ts';
import type { ProgramView } from './program-view.ts';
import { readProgram, specPath } from './request-files.ts';
import type { MapDump, ProgramRequest } from './running-program.ts';
import { mergeFamilies } from './series/merge-families.ts';
import type { ProgramMeasurement, SeriesFamily } from './series/types.ts';

/** Alerts on maps are judged so often. */
const MEASURE_EVERY_MS = 1000;

/** What the HTTP interface asks of programs. */
export interface ProgramDesk {
  views(): ProgramView[];
  view(name: string): ProgramView;
  request(name: string): ProgramRequest;
  dump(name: string, limit: number): readonly MapDump[];
  families(nowMs: number): Promise<readonly SeriesFamily[]>;
  load(request: ProgramRequest): Promise<ProgramView>;
  /** Without a request: from the file of the configuration, or what was sent before. */
  reload(name: string, request: ProgramRequest | undefined): Promise<ProgramView>;
  unload(name: string): Promise<ProgramView>;
}

export interface DaemonProgramsOptions {
  readonly host: ProgramHost;
  readonly state: Pick<NodeState, 'concerns' | 'now'>;
  readonly logger: Logger;
  readonly audit: Audit;
  /** Takes what alerts on maps measured. */
  readonly onMeasured: (measured: readonly ProgramMeasurement[]) => void;
  /** After each reading: names that were missing can be asked for. */
  readonly onRead: () => void;
  readonly watching?: WatchFileOptions;
}

interface Followed {
  readonly settings: ProgramSettings;
  readonly watches: readonly FileWatch[];
}

/** The topic under which metrics that two programs quarrel about are told. */
const CONFLICTS = 'program metrics';

/** Programs of a daemon: those of the configuration, which it follows, and those loaded over HTTP. */
export class DaemonPrograms implements ProgramDesk {
  readonly #host: ProgramHost;
  readonly #options: DaemonProgramsOptions;
  #timer: NodeJS.Timeout | undefined;
  #isMeasuring = false;
  readonly #followed = new Map<string, Followed>();
  #work: Promise<void> = Promise.resolve();

  constructor(options: DaemonProgramsOptions) {
    this.#host = options.host;
    this.#options = options;
  }

  /** Loads those of the configuration. One that is refused is a concern of the agent, not its end. */
  start(settings: Config['programs']): Promise<void> {
    for (const path of this.#host.sweep())
      this.#options.logger.info({ path }, 'removed pins of a run that ended by force');
    this.#timer = setInterval(() => void this.#measure(), MEASURE_EVERY_MS).unref();
    return this.configure(settings);
  }

  /** Takes another section into use: what is gone is unloaded, what is new or different is loaded. */
  configure({ load }: Config['programs']): Promise<void> {
    const wanted = new Map(load.map((settings) => [nameOf(settings), settings]));
    this.#work = this.#work.then(async () => {
      for (const [name, { watches }] of [...this.#followed]) {
        if (wanted.has(name)) continue;
        this.#forget(name, watches);
        if (this.#host.has(name)) await this.#told(name, 'program.unload', () => this.#host.unload(name));
      }
      for (const [name, settings] of wanted) {
        const known = this.#followed.get(name);
        if (known !== undefined && isDeepStrictEqual(known.settings, settings)) continue;
        this.#forget(name, known?.watches ?? []);
        const paths = [settings.file, specPath(settings.file)];
        const watches = paths.map((path) => watchFile(path, () => this.#changed(name), this.#options.watching));
        this.#followed.set(name, { settings, watches });
        await this.#take(name, settings);
      }
    });
    return this.#work;
  }

  views(): ProgramView[] {
    return this.#host.views();
  }

  view(name: string): ProgramView {
    return this.#host.view(name);
  }

  request(name: string): ProgramRequest {
    return this.#host.request(name);
  }

  dump(name: string, limit: number): readonly MapDump[] {
    return this.#host.dump(name, limit);
  }

  load(request: ProgramRequest): Promise<ProgramView> {
    return this.#host.load(request);
  }

  async reload(name: string, request: ProgramRequest | undefined): Promise<ProgramView> {
    const before = this.#host.request(name);
    const settings = this.#followed.get(name)?.settings;
    if (request !== undefined) return this.#host.replace(request);
    return this.#host.replace(settings === undefined ? before : readProgram(settings));
  }

  unload(name: string): Promise<ProgramView> {
    return this.#host.unload(name);
  }

  /** The metrics of all programs' maps, as they are now. */
  async families(nowMs: number): Promise<readonly SeriesFamily[]> {
    const all = await Promise.all(this.#host.exports().map((exports) => exports.families(nowMs)));
    const { families, conflicts } = mergeFamilies(all);
    this.#sayConflicts(conflicts);
    this.#options.onRead();
    return families;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const [name, { watches }] of [...this.#followed]) this.#forget(name, watches);
    await this.#host.close();
    await this.#work;
  }

  #sayConflicts(names: readonly string[]): void {
    const { concerns } = this.#options.state;
    if (names.length === 0) concerns.delete(CONFLICTS);
    else {
      const sentence = `Two programs have metrics of the same name and another type: of ${names.join(', ')} those of the later one are left out; rename them in its YAML.`;
      concerns.set(CONFLICTS, sentence);
    }
  }

  async #measure(): Promise<void> {
    if (this.#isMeasuring) return;
    this.#isMeasuring = true;
    try {
      const nowMs = this.#options.state.now();
      const all = await Promise.all(this.#host.exports().map((exports) => exports.measure(nowMs)));
      if (all.some((measured) => measured.length > 0)) this.#options.onMeasured(all.flat());
      this.#options.onRead();
    } finally {
      this.#isMeasuring = false;
    }
  }

  #changed(name: string): void {
    this.#work = this.#work.then(async () => {
      const followed = this.#followed.get(name);
      if (followed !== undefined) await this.#take(name, followed.settings);
    });
  }

  async #take(name: string, settings: ProgramSettings): Promise<void> {
    await this.#told(name, 'program.load', () => {
      const request = readProgram(settings);
      return this.#host.has(name) ? this.#host.replace(request) : this.#host.load(request);
    });
  }

  /** One that is refused leaves what was loaded before, and says so until it is right. */
  async #told(name: string, action: string, work: () => Promise<ProgramView>): Promise<void> {
    const { audit, state, logger } = this.#options;
    const concern = `program ${name}`;
    try {
      const { file, sha256, path } = await work();
      state.concerns.delete(concern);
      audit({ action, access: 'configuration', remote: path, outcome: 'done', name, file, sha256 });
    } catch (err) {
      const [why = ''] = explainError(err).split('\n', 1);
      const instead = this.#host.has(name) ? 'the version before it runs on' : 'it is not loaded';
      state.concerns.set(concern, `Program ${name} of the configuration was refused, ${instead}: ${why}`);
      logger.error({ err, program: name }, 'a program of the configuration was refused');
    }
  }

  #forget(name: string, watches: readonly FileWatch[]): void {
    for (const watch of watches) watch.close();
    this.#followed.delete(name);
    this.#options.state.concerns.delete(`program ${name}`);
  }
}

function nameOf({ file, name }: ProgramSettings): string {
  try {
    return programName(file.split('/').at(-1) ?? '', name);
  } catch {
    /* It is refused with its reason when it is read. */
    return file;
  }
}
