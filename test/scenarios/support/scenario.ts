/** What a live scenario is: who takes part, what they do, and what has to be told of it. docs: ../README.md. */
import type { Alert, Severity } from '@netguard/core';
import type { PodSpec } from '../../../packages/cli/src/lab/pod.ts';
import type { Act } from './act.ts';

/** A pod of the scenario; its namespace is the scenario's id and its name the role's, so it needs nothing more. */
export type PodRole = Partial<Omit<PodSpec, 'namespace' | 'name'>>;

/** A host outside the cluster. */
export interface HostRole {
  /** How many addresses it has; 1 unless set. */
  readonly addresses?: number;
}

/** The one alert that has to come. */
export interface ExpectedAlert {
  readonly rule: string;
  /** At least this severe when it opens. */
  readonly severity: Severity;
  /** The role that has to be named, or null for an alert that names nobody. */
  readonly source: string | null;
  /** Left out where it is no role; `check` looks at it then. */
  readonly target?: string | null;
  /** It has to be told before `run` returns, or 250 ms after its threshold was crossed; true unless set to false. */
  readonly beforeEnd?: boolean;
  /** Throws when what the alert says is not what happened. */
  readonly check?: (alert: Alert) => void;
}

export interface LiveScenario {
  /** One sentence: what happens. */
  readonly what: string;
  /** From where: `pod`, `outside`. */
  readonly from: string;
  readonly pods?: Readonly<Record<string, PodRole>>;
  readonly hosts?: Readonly<Record<string, HostRole>>;
  /** Starts the programs that are there beforehand; all scenarios of a file do so at once. */
  prepare?(act: Act): Promise<void>;
  /** What happens. It ends with it: what it started in the background it also stops. */
  run(act: Act): Promise<void>;
  /** With the agent only, once the alert is there: what it becomes afterwards. */
  afterwards?(act: Act, alert: Alert): Promise<void>;
  /** Exactly this one alert, or none of any rule and severity. */
  readonly expect: ExpectedAlert | 'silence';
  /** Rules that may also speak, with the reason in a comment where it is set. Empty unless set. */
  readonly alsoAllowed?: readonly string[];
  /** Set where a replay of the recorded capture has to come to something else, because a capture cannot show it. */
  readonly inCapture?: {
    readonly because: string;
    readonly expect: ExpectedAlert | 'silence';
  };
}
