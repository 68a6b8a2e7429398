import { performance } from 'node:perf_hooks';
import type { Alert } from '@netguard/core';
import { learningSettings } from '../config/learning-settings.ts';
import type { Config } from '../config/schema.ts';
import type { IdentityFile } from '../identify/identity-file.ts';
import { FlowNames } from '../sources/hubble/flow-names.ts';
import type { StreamState } from '../sources/hubble/flow-stream.ts';
import { hubbleLacks } from '../sources/hubble/hubble-lacks.ts';
import { HubbleSource } from '../sources/hubble/hubble-source.ts';
import { Baselines } from './baselines.ts';
import { Inventory } from './inventory.ts';
import type { FromWorker } from './messages.ts';
import { Pipeline, type PipelineSource, type Post } from './pipeline.ts';
import { PipelineCommands } from './pipeline-commands.ts';
import type { SourceWorker } from './source-worker.ts';
import { WorkerMeter } from './worker-meter.ts';

/** Judgements fall due and time passes at least so often. */
const LOOK_EVERY_MS = 50;
const TICK_MS = 1000;
/** How long the start waits to know whether the relay can be reached, so that it is told at once. */
const FIRST_ANSWER_MS = 5000;
const FORGET_EVERY_MS = 60_000;

/** Reads a Hubble relay and turns the pipeline by the time of its flows. Needs no privilege and no kernel program. */
export class HubbleWorker implements SourceWorker {
  readonly commands: PipelineCommands;
  readonly #post: Post;
  readonly #pipeline: Pipeline;
  readonly #baselines: Baselines;
  readonly #inventory: Inventory;
  readonly #names: FlowNames;
  readonly #source: HubbleSource;
  readonly #view: PipelineSource;
  readonly #stopped = Promise.withResolvers<void>();
  readonly #answered = Promise.withResolvers<void>();
  #tellsHandshakes = true;
  #toldProblem = '';
  readonly #meter = new WorkerMeter();
  #forgotMs = 0;

  constructor(config: Config, identities: IdentityFile | null, openAlerts: readonly Alert[], post: Post) {
    this.#post = post;
    const nodeName = config.kubernetes.nodeName ?? config.node;
    this.#names = new FlowNames({ nodeName, nodeAddresses: [], ...config.identity });
    const startMs = Date.now();
    this.#names.setIdentities(identities, startMs);
    this.#inventory = new Inventory(this.#names.known, post);
    const toMain = (message: FromWorker) => post(message.type === 'alert' ? withDelay(message) : message);
    this.#pipeline = new Pipeline(config, this.#names, openAlerts, startMs, toMain, hubbleLacks(true));
    this.#baselines = new Baselines(this.#pipeline.learning, post);
    this.#source = new HubbleSource({
      config: config.sources.hubble,
      limits: this.#pipeline.detection.kernelLimits(),
      names: this.#names,
      sink: this.#pipeline,
      onTime: (toMs) => this.#passTime(toMs),
      onState: (state) => this.#stateChanged(state, config.sources.hubble.address ?? ''),
    });
    this.#view = {
      nowMs: () => this.#source.nowMs(),
      readListener: (_netns, address, port) => this.#source.readListener(address, port),
      deleteTotals: () => {},
    };
    this.commands = new PipelineCommands(this.#pipeline, this.#baselines, this.#view.nowMs);
  }

  async run(): Promise<void> {
    this.#source.stream.open();
    const late = setTimeout(() => this.#answered.resolve(), FIRST_ANSWER_MS);
    await Promise.race([this.#answered.promise, this.#stopped.promise]);
    clearTimeout(late);
    this.#post({ type: 'started', status: this.#source.status() });
    const look = setInterval(() => this.#look(), LOOK_EVERY_MS);
    const tick = setInterval(() => this.#tick(), TICK_MS);
    await this.#stopped.promise;
    clearInterval(look);
    clearInterval(tick);
    this.#baselines.finish();
  }

  configure(config: Config): void {
    this.#pipeline.detection.configure(config);
    this.#pipeline.learning.configure(learningSettings(config));
    this.#source.setLimits(this.#pipeline.detection.kernelLimits());
  }

  /** It reads for the whole cluster: the node it happens to be on is none of its own. */
  setRules(): void {}

  setNodeAddresses(): void {}

  listIdentities(id: number): void {
    this.#inventory.ask(id);
  }

  stop(): void {
    this.#source.close();
    this.#stopped.resolve();
  }

  /** Lets event time pass up to here, with the judgements that fall due on the way. */
  #passTime(toMs: number): void {
    const { tracker } = this.#source.tracker;
    const { detection } = this.#pipeline;
    for (let dueMs = detection.nextDueMs; dueMs <= toMs; ) {
      tracker.advance(dueMs);
      this.#pipeline.evaluate(this.#view);
      const nextMs = detection.nextDueMs;
      // A judgement that stays due waits for something that comes with the next flow.
      if (nextMs <= dueMs) break;
      dueMs = nextMs;
    }
    tracker.advance(toMs);
    if (this.#pipeline.takeUrgent()) this.#pipeline.evaluate(this.#view);
  }

  #look(): void {
    const began = performance.now();
    this.#source.passTime();
    if (this.#pipeline.takeUrgent() || this.#view.nowMs() >= this.#pipeline.detection.nextDueMs)
      this.#pipeline.evaluate(this.#view);
    this.#baselines.advance();
    this.#inventory.advance();
    this.#pipeline.outbox.flush(Date.now());
    this.#meter.noteRound(began);
  }

  #tick(): void {
    this.#checkHandshakes();
    this.#source.tick();
    this.#pipeline.evaluate(this.#view);
    this.#forgetSilent();
    const part = this.#pipeline.tick(this.#view);
    this.#meter.countLosses(this.#pipeline, (source, count) => this.#source.countLost(source, count));
    const open = this.#source.tracker.tables.find(({ name }) => name === 'connections');
    this.#post({
      type: 'tick',
      tick: {
        ...part,
        lost: this.#source.lost(),
        programs: [],
        maps: [],
        hubble: this.#source.hubble(),
        liveConnections: open?.entries ?? 0,
        tables: [...this.#source.tracker.tables, ...part.tables],
        worker: this.#meter.take(),
      },
    });
  }

  /** Cilium may be set otherwise while we run. */
  #checkHandshakes(): void {
    const { tellsHandshakes } = this.#source.tracker;
    if (tellsHandshakes === this.#tellsHandshakes) return;
    this.#tellsHandshakes = tellsHandshakes;
    this.#pipeline.detection.setLacking(hubbleLacks(tellsHandshakes));
  }

  /** Flows do not tell of a pod's end. */
  #forgetSilent(): void {
    const nowMs = this.#view.nowMs();
    if (Math.abs(nowMs - this.#forgotMs) < FORGET_EVERY_MS) return;
    this.#forgotMs = nowMs;
    this.#pipeline.forgetOwners(this.#names.takeSilentOwners(nowMs), nowMs);
  }

  #stateChanged({ isConnected, problem }: StreamState, address: string): void {
    if (isConnected || problem !== undefined) this.#answered.resolve();
    const code = problem?.code ?? '';
    if (isConnected) {
      this.#post({ type: 'log', level: 'info', msg: `reading flows from the Hubble relay at ${address}` });
    } else if (problem !== undefined && code !== this.#toldProblem) {
      const { message, hint } = problem;
      this.#post({ type: 'log', level: 'error', msg: message, code, ...(hint === undefined ? undefined : { hint }) });
    }
    this.#toldProblem = isConnected ? '' : code;
  }
}

/** Event time stands still where flows are late: the delay is by the clock on the wall. */
function withDelay(message: Extract<FromWorker, { type: 'alert' }>): FromWorker {
  return { ...message, delayMs: Math.max(0, Date.now() - Date.parse(message.event.alert.firstSeen)) };
}
