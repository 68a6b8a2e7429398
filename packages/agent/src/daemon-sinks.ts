import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { BackoffLimits } from './backoff.ts';
import type { Config } from './config/schema.ts';
import type { SinkSettings } from './config/sink-schema.ts';
import type { SinkView } from './http/api-types.ts';
import type { ApiAccess } from './kubernetes/api-access.ts';
import type { Logger } from './log.ts';
import { Outlet } from './sinks/outlet.ts';
import { type ToldBySink, ToldStore } from './sinks/told-store.ts';
import type { NodeState, SinkFigures, SinkReports } from './state/node-state.ts';
import { StateSaving } from './state/state-saving.ts';

const RESEND_MS = 60_000;
/** What is under way at the end has this long, with what is left to be saved. */
const CLOSE_MS = 2000;

export interface DaemonSinksOptions {
  readonly stateDir: string;
  readonly state: NodeState;
  readonly logger: Logger;
  /** How the API server is reached; undefined where it is not followed. */
  readonly apiServer?: () => ApiAccess | undefined;
  readonly backoff?: BackoffLimits;
  readonly resendMs?: number;
}

/** The sinks of a daemon: each alert event goes to all of them, and none waits for another, nor anybody for them. */
export class DaemonSinks implements SinkReports {
  readonly #options: DaemonSinksOptions;
  readonly #spoolDir: string;
  readonly #store: ToldStore;
  readonly #saving: StateSaving;
  readonly #outlets = new Map<string, Outlet>();
  /** Of sinks that are not configured now, too: they may come back. */
  #told: ToldBySink = {};
  /** One change of the configuration after the other. */
  #changing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: DaemonSinksOptions) {
    this.#options = options;
    const { state, logger, stateDir } = options;
    this.#spoolDir = join(stateDir, 'spool');
    this.#saving = new StateSaving({
      name: 'sinks',
      what: 'What sinks were told',
      state,
      logger,
      save: () => this.#save(),
    });
    this.#store = new ToldStore(this.#spoolDir, (error) => this.#saving.written(this.#store.path, error));
  }

  /** Opens the configured sinks and brings them up to date; call it once the alerts of the last run are in the state. */
  start(sinks: Config['sinks']): void {
    const { state, resendMs = RESEND_MS } = this.#options;
    const { value, problem } = this.#store.load();
    if (problem !== undefined) this.#saving.unread(problem, 'Sinks are told of open alerts once more');
    this.#told = value?.sinks ?? {};
    for (const [name, settings] of Object.entries(sinks)) this.#open(name, settings);
    state.changes.on('alert', (event) => {
      for (const outlet of this.#outlets.values()) outlet.receive(event);
    });
    this.#timer = setInterval(() => this.#resend(), resendMs).unref();
    this.#resend();
  }

  /** Takes changed settings into use; resolves when they are. A sink whose settings are the same is left alone. */
  configure(sinks: Config['sinks']): Promise<void> {
    this.#changing = this.#changing.then(async () => {
      for (const [name, outlet] of this.#outlets) {
        const settings = sinks[name];
        if (settings === undefined) await this.#close(name, outlet);
        else if (!isDeepStrictEqual(settings, outlet.settings)) await outlet.configure(settings);
      }
      if (this.#isClosed) return;
      for (const [name, settings] of Object.entries(sinks)) {
        if (this.#outlets.has(name)) this.#catchUp(name);
        else this.#open(name, settings);
      }
      this.#resend();
    });
    return this.#changing;
  }

  views(): SinkView[] {
    return Array.from(this.#outlets.values(), (outlet) => outlet.view());
  }

  figures(): SinkFigures[] {
    return Array.from(this.#outlets, ([name, { counts, spooledBytes }]) => ({ name, ...counts, spooledBytes }));
  }

  /** What is under way ends or is left in the spool, within four seconds. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CLOSE_MS);
    const closing = Promise.all([this.#changing, ...Array.from(this.#outlets.values(), (outlet) => outlet.close())]);
    await Promise.race([closing, late]);
    clearTimeout(timer);
    for (const outlet of this.#outlets.values()) outlet.loseUnsaved();
    if (this.#outlets.size > 0) this.#save();
    await this.#saving.finish(this.#store.flush());
  }

  #open(name: string, settings: SinkSettings): void {
    const { state, logger, backoff, apiServer = () => undefined } = this.#options;
    const outlet = new Outlet({
      name,
      settings,
      spoolDir: this.#spoolDir,
      origin: { node: state.config.node, version: state.version },
      told: this.#told[name] ?? {},
      logger,
      now: state.now,
      apiServer,
      onTold: () => this.#save(),
      onConcern: (topic, sentence) => this.#concern(name, topic, sentence),
      ...(backoff === undefined ? {} : { backoff }),
    });
    this.#outlets.set(name, outlet);
    this.#catchUp(name);
  }

  #catchUp(name: string): void {
    const { alerts } = this.#options.state;
    this.#outlets.get(name)?.catchUp(alerts.open(), (id) => alerts.find(id));
  }

  /** What waits for it stays on disk, for the time when it is configured again. */
  async #close(name: string, outlet: Outlet): Promise<void> {
    await outlet.close();
    outlet.loseUnsaved();
    this.#told[name] = outlet.told;
    this.#outlets.delete(name);
    for (const topic of ['delivery', 'spool']) this.#concern(name, topic, null);
  }

  #concern(name: string, topic: string, sentence: string | null): void {
    const { concerns } = this.#options.state;
    if (sentence === null) concerns.delete(`sink-${name}-${topic}`);
    else concerns.set(`sink-${name}-${topic}`, sentence);
  }

  #resend(): void {
    const open = this.#options.state.alerts.open();
    for (const outlet of this.#outlets.values()) void outlet.resend(open);
  }

  #save(): void {
    this.#store.save(() => {
      for (const [name, outlet] of this.#outlets) this.#told[name] = outlet.told;
      return { sinks: this.#told };
    });
  }
}
