import { join } from 'node:path';
import type { EvidenceSample, RedactStream } from '@netguard/core';
import type { Config } from './config/schema.ts';
import { clearEvidence } from './evidence/clear-evidence.ts';
import { type EvidenceFigures, type EvidenceLimits, EvidenceStore } from './evidence/evidence-store.ts';
import type { Logger } from './log.ts';
import type { NodeState } from './state/node-state.ts';

/** Few samples are smaller than this: so many are kept at the most in the room that is given. */
const SMALL_SAMPLE_BYTES = 320;
/** What is too old goes also when nothing comes. */
const TRIM_EVERY_MS = 60_000;
const NO_FIGURES: EvidenceFigures = {
  samples: 0,
  bytes: 0,
  files: 0,
  dropped: { room: 0, age: 0, busy: 0, error: 0 },
  damaged: 0,
};

/** Keeps payload samples in `evidence` of the state directory while the payload mode is `evidence`, and removes them when it is not. */
export class DaemonEvidence {
  readonly #directory: string;
  readonly #state: NodeState;
  readonly #logger: Logger;
  readonly #redact: RedactStream;
  #store: EvidenceStore | undefined;
  #work: Promise<void> = Promise.resolve();
  #limits = '';
  #lost = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(stateDir: string, state: NodeState, logger: Logger, redact: RedactStream) {
    this.#directory = join(stateDir, 'evidence');
    this.#state = state;
    this.#logger = logger;
    this.#redact = redact;
  }

  /** Call it at the start and after each change of `payload`. Never rejects: a disk that does not work is a concern. */
  configure({ mode, evidence }: Config['payload']): Promise<void> {
    const { keepSeconds, maxBytes } = evidence;
    const maxSamples = Math.ceil(maxBytes / SMALL_SAMPLE_BYTES);
    const limits = { maxBytes, maxSamples, maxAgeMs: keepSeconds * 1000 };
    this.#work = this.#work.then(() => this.#configure(mode === 'evidence', limits));
    return this.#work;
  }

  async #configure(isEvidence: boolean, limits: EvidenceLimits): Promise<void> {
    const text = JSON.stringify(limits);
    if (isEvidence && this.#store !== undefined && text === this.#limits) return;
    this.#limits = text;
    try {
      if (isEvidence && this.#store !== undefined) await this.#shut();
      if (isEvidence) await this.#open(limits);
      else await this.#drop();
      this.#state.concerns.delete('evidence');
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Does nothing in other modes. */
  keep(sample: EvidenceSample): void {
    this.#store?.keep(sample);
  }

  /** What the Worker sends; `dropped` found no room on the way. */
  receive(samples: readonly EvidenceSample[], dropped: number): void {
    this.#lost += dropped;
    for (const sample of samples) this.keep(sample);
  }

  get figures(): EvidenceFigures {
    const { dropped, ...figures } = this.#store?.figures ?? NO_FIGURES;
    return { ...figures, dropped: { ...dropped, busy: dropped.busy + this.#lost } };
  }

  /** What is kept stays for the next run. */
  async close(): Promise<void> {
    await this.#work;
    await this.#shut();
  }

  async #shut(): Promise<void> {
    clearInterval(this.#timer);
    await this.#store?.close();
  }

  async #open(limits: EvidenceLimits): Promise<void> {
    const { now } = this.#state;
    const onError = (error: unknown): void => this.#fail(error);
    const store = await EvidenceStore.open({ directory: this.#directory, ...limits, now, onError });
    this.#store = store;
    this.#state.evidence = {
      forAlert: (alert) => store.forAlert(alert),
      redact: this.#redact,
      figures: () => this.figures,
    };
    this.#timer = setInterval(() => void store.flush(), TRIM_EVERY_MS).unref();
  }

  async #drop(): Promise<void> {
    this.#state.evidence = undefined;
    await this.#shut();
    this.#store = undefined;
    await clearEvidence(this.#directory);
  }

  #fail(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    const sentence = `Payload samples cannot be kept in ${this.#directory}: ${why}. Captures of alerts are incomplete.`;
    this.#state.stateWriteFailures++;
    this.#state.concerns.set('evidence', sentence);
    this.#logger.error({ code: 'NG_ERR_STATE_WRITE', err: error }, sentence);
  }
}
