import { performance } from 'node:perf_hooks';
import type { AlertEvent, Frame, Observation, RuleSet } from '@netguard/core';
import type { Config } from '../config/schema.ts';
import { loadIdentities } from '../identify/load-identities.ts';
import { loadIntelLists } from '../intel/load-list-files.ts';
import { loadPolicies } from '../policy/load-policies.ts';
import { compileRuleFiles } from '../rules/compile-rule-files.ts';
import { CaptureInput } from './capture-input.ts';
import { forEachFrame } from './merge-captures.ts';
import { ReplayEngine } from './replay-engine.ts';
import { AlertTally, type ReplaySummary, summarise } from './replay-summary.ts';

/** How far a replay is; `sizeBytes` is undefined when standard input is read. */
export interface ReplayProgress {
  readonly bytes: number;
  readonly sizeBytes: number | undefined;
  readonly packets: number;
}

export interface ReplayOptions {
  readonly config: Config;
  /** Paths; `-` is standard input. */
  readonly files: readonly string[];
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
  readonly onAlert?: (event: AlertEvent, observed: boolean) => void;
  readonly onObservation?: (observation: Observation) => void;
  /** Compiled already, instead of those of the configuration; the caller closes them. */
  readonly rules?: RuleSet;
  /** About once per megabyte. */
  readonly onProgress?: (progress: ReplayProgress) => void;
  /** As often: what the caller writes of the results; reading waits for it. */
  readonly drain?: () => Promise<void>;
}

export interface ReplayResult {
  readonly summary: ReplaySummary;
  /** Why a capture could not be read to its end: NG_ERR_CAPTURE_*. What was read before it is in the summary. */
  readonly failure: unknown;
}

/**
 * Replays captures through the detectors. Nothing is written, nothing is watched, no privilege is needed; memory does not
 * grow with the size of the files. Throws NG_ERR_CAPTURE_READ, NG_ERR_IDENTITY_*, NG_ERR_POLICY_* and NG_ERR_INTEL_* before anything is read.
 */
export async function replayCaptures(options: ReplayOptions): Promise<ReplayResult> {
  const { config, signal } = options;
  const identities = config.identity.file === undefined ? null : loadIdentities(config.identity.file);
  const policies = loadPolicies(config.policy.files);
  const rules = options.rules ?? compileRuleFiles(config.rules);
  const intel = loadIntelLists(config);
  const alerts = new AlertTally();
  const observed = new AlertTally();
  const engine = new ReplayEngine({
    config,
    identities,
    policies,
    ...(rules && { rules }),
    intel,
    onAlert: (event, isObserved) => {
      (isObserved ? observed : alerts).note(event.alert);
      options.onAlert?.(event, isObserved);
    },
    ...(options.onObservation ? { onObservation: options.onObservation } : undefined),
  });
  const inputs: CaptureInput[] = [];
  const span = { firstMs: Number.POSITIVE_INFINITY, lastMs: Number.NEGATIVE_INFINITY };
  const began = performance.now();
  let failure: unknown;
  try {
    for (const file of options.files) inputs.push(await CaptureInput.open(file, options.stdin ?? process.stdin));
    const each = (frame: Frame): void => {
      if (frame.timeMs < span.firstMs) span.firstMs = frame.timeMs;
      if (frame.timeMs > span.lastMs) span.lastMs = frame.timeMs;
      engine.frame(frame);
    };
    const pause = async (): Promise<boolean> => {
      options.onProgress?.(progressOf(inputs));
      await options.drain?.();
      return signal?.aborted === true;
    };
    failure = await attempt(() => forEachFrame(inputs, each, pause));
    engine.end();
    await options.drain?.();
  } finally {
    for (const input of inputs) await input.close();
    if (options.rules === undefined) rules?.close();
  }
  return { summary: summarise(engine, inputs, span, alerts, observed, performance.now() - began), failure };
}

async function attempt(work: () => Promise<void>): Promise<unknown> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error;
  }
}

function progressOf(inputs: readonly CaptureInput[]): ReplayProgress {
  let bytes = 0;
  let packets = 0;
  let sizeBytes: number | undefined = 0;
  for (const input of inputs) {
    bytes += input.bytes;
    packets += input.packets;
    sizeBytes = sizeBytes === undefined || input.size === undefined ? undefined : sizeBytes + input.size;
  }
  return { bytes, sizeBytes, packets };
}
