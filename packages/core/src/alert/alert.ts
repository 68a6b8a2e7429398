import type { Endpoint } from '../endpoint.ts';

export type Category = 'flood' | 'scan' | 'unauthorized-access' | 'malware' | 'exfiltration' | 'anomaly' | 'health';
export type Severity = 'low' | 'medium' | 'high' | 'critical';
export type Disposition = 'true-positive' | 'benign' | 'false-positive';

export interface Mitre {
  readonly tactic: string;
  readonly technique: string;
}

export interface TopSource {
  readonly ip: string;
  readonly name?: string;
  readonly count: number;
}

export interface Evidence {
  readonly observed: number;
  readonly threshold: number;
  readonly unit: string;
  /** Milliseconds over which `observed` was counted. */
  readonly windowMs: number;
  readonly lossRatio?: number;
  readonly sharedSource?: boolean;
  /** The parameter that `threshold` is, where no other has the same value: what a tuning line names. */
  readonly parameter?: string;
  /** Other rules that saw the same cause and left it to this one. */
  readonly alsoSeenAs?: readonly string[];
  readonly [field: string]: unknown;
}

/** Whom a finding is about. */
export interface Ends {
  readonly source: Endpoint | null;
  readonly target: Endpoint | null;
}

/** What a detector says at one evaluation while its condition holds. Alerts are made of findings by `AlertBook`. */
export interface Finding {
  readonly rule: string;
  readonly category: Category;
  readonly severity: Severity;
  readonly confidence: number;
  readonly title: string;
  readonly description: string;
  readonly source: Endpoint | null;
  readonly sources?: { readonly distinctEstimate: number; readonly top: readonly TopSource[] };
  readonly target: Endpoint | null;
  /** Tells causes of one rule about the same ends apart; part of the fingerprint. Absent where the ends say it all. */
  readonly cause?: string;
  /** Others who take part in the same cause, or suffer from it: rules that yield to this one yield about them too. Bounded by the rule. */
  readonly alsoOwns?: readonly Ends[];
  /** When the condition was first met, epoch milliseconds. */
  readonly sinceMs: number;
  /** Observations behind this finding since the previous one. */
  readonly count: number;
  readonly evidence: Evidence;
  readonly mitre: readonly Mitre[];
  readonly suggestion: string;
}

/** The contract with every consumer: JSON as in docs/reference/alert.md. Times are RFC 3339, UTC, milliseconds. */
export interface Alert {
  readonly schemaVersion: 1;
  readonly id: string;
  readonly fingerprint: string;
  readonly cluster: string;
  readonly rule: string;
  readonly category: Category;
  readonly severity: Severity;
  readonly status: 'open' | 'resolved';
  readonly confidence: number;
  readonly title: string;
  readonly description: string;
  readonly source: Endpoint | null;
  readonly sources?: { readonly distinctEstimate: number; readonly top: readonly TopSource[] };
  readonly target: Endpoint | null;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly resolvedAt?: string;
  readonly count: number;
  readonly evidence: Evidence;
  readonly mitre: readonly Mitre[];
  readonly nodes: readonly string[];
  readonly suggestion: string;
  readonly runbookUrl?: string;
  /** Id of the silence that holds it back from notification; it is stored, streamed and counted all the same. */
  readonly suppressedBy?: string;
  /** Id of the summary alert that speaks for this one: too many of its rule are open at once. Not to be notified by itself. */
  readonly foldedInto?: string;
  readonly acknowledgedBy?: string;
  /** Who closed it; an alert that resolved by itself has none. */
  readonly closedBy?: string;
  readonly disposition?: Disposition;
  /** Id of the alert of another rule that owns the same cause; this one resolved into it. */
  readonly supersededBy?: string;
  /** Its detector only observes there: nobody was notified, and it is in no count of alerts. */
  readonly observed?: true;
}

/** `open` and `resolve` happen once; `update` on a log scale of the count and when the severity rises. */
export interface AlertEvent {
  readonly type: 'open' | 'update' | 'resolve';
  readonly alert: Alert;
}
