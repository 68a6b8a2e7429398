import type { Category, Finding, Mitre } from '../alert/alert.ts';
import type { SameEnd } from '../alert/cause-key.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Observation } from '../observation.ts';
import type { ConnectionClass } from './connection-class.ts';
import type { DetectorContext } from './context.ts';
import type { SourceFact } from './source-facts.ts';

/** One tunable number of a detector: its value, unit and where the value comes from. */
export interface Parameter {
  readonly default: number;
  readonly unit: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly description: string;
  /** The public project or paper the default was taken from or compared with. */
  readonly source: string;
}

export type ParameterTable = Readonly<Record<string, Parameter>>;
export type ParameterValues<T extends ParameterTable> = { readonly [K in keyof T]: number };

/** The names of an observation's two ends. `remote` is null where the observation has none (a listener's counters). */
export interface Who {
  readonly local: Endpoint;
  readonly remote: Endpoint | null;
}

/** A listener group, by what the kernel knows it. */
export interface ListenerRef {
  readonly netns: number;
  readonly ip: string;
  readonly port: number;
}

/**
 * Another rule whose finding speaks for the same cause: while it holds, and a minute after, this detector's finding about the
 * same end (by workload) is dropped, and an alert of it that is open already ends in the other's. Unknown ends are never the same.
 */
export interface Yield {
  readonly rule: string;
  readonly same: SameEnd;
  /** Only what speaks of no port but the owner's (`portsOf`): more than that is a cause of its own. */
  readonly ifSamePorts?: true;
}

export interface DetectorInstance {
  observe(observation: Observation, who: Who): void;
  /** All findings whose condition holds at `nowMs`. Called after a threshold event, at `nextDueMs`, and once a second. */
  evaluate(nowMs: number): Finding[];
  /** When a pending judgement falls due (epoch ms), or Infinity. The pipeline evaluates then, not at the next tick. */
  readonly nextDueMs: number;
  /** Listeners with a judgement pending: at `nextDueMs` the pipeline reads them afresh (trigger `tick`), then evaluates. */
  pendingListeners?(): ListenerRef[];
  /** Takes new parameter values without losing state. A detector without it is made anew. */
  configure?(parameters: Readonly<Record<string, number>>): void;
  /** Entries held, their limit and how many were evicted: detector state is bounded and says so. */
  readonly state: { readonly entries: number; readonly capacity: number; readonly evicted: number };
}

/** Reads connections, datagrams and probes for several detectors at once. */
export interface Reader {
  /** Undefined when there is nothing in it for any of them. */
  read(observation: Observation, who: Who): unknown;
}

/** A detector is a value. It does no I/O, reads no clock, and knows no source. */
export interface Detector<T extends ParameterTable = ParameterTable> {
  readonly id: string;
  readonly category: Category;
  readonly mitre: readonly Mitre[];
  readonly default: 'alert' | 'observe';
  readonly description: string;
  readonly parameters: T;
  /** What it cannot do without; a source that lacks it makes the detector unavailable. Nothing when absent. */
  readonly needs?: readonly SourceFact[];
  /** The kinds of observation it reads; all when absent. */
  readonly observes?: readonly Observation['kind'][];
  /** Of connections, the classes it reads; all when absent. Most are of open connections that moved, which few need. */
  readonly observesConnection?: (of: ConnectionClass) => boolean;
  /** What its instances read observations through, for all detectors of a set: they are told only of what it says something of. */
  readonly reads?: (context: DetectorContext) => Reader;
  /** One cause, one alert: the rules that own a cause which this detector sees too. */
  readonly yieldsTo?: readonly Yield[];
  create(parameters: ParameterValues<T>, context: DetectorContext): DetectorInstance;
}

/** The declared defaults, with `overrides` (already validated) laid over them. */
export function parameterValues<T extends ParameterTable>(
  table: T,
  overrides: Partial<Record<keyof T, number>> = {},
): ParameterValues<T> {
  const values: Record<string, number> = {};
  for (const [name, parameter] of Object.entries(table)) values[name] = overrides[name] ?? parameter.default;
  return values as ParameterValues<T>;
}
