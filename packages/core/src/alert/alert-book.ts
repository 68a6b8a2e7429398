import type { TableState } from '../table-state.ts';
import type { Alert, AlertEvent, Finding, Severity } from './alert.ts';
import { alertId } from './alert-id.ts';
import { fingerprintOf } from './fingerprint.ts';
import { OpenAlert } from './open-alert.ts';
import { SUMMARY_MARK, summaryFinding } from './summary.ts';

export interface AlertBookSettings {
  /** An alert resolves when it was not found for this long. Default 10 s. */
  readonly quietMs?: number;
  /** The same for single rules. */
  readonly quietMsByRule?: Readonly<Record<string, number>>;
  /** Open alerts of one rule before further ones fold into a summary. Default 50 (contracts). */
  readonly foldAfter?: number;
  /** Prefix of `runbookUrl`; the rule's id is appended. */
  readonly runbookBase?: string;
}

export interface AlertBookOptions extends AlertBookSettings {
  readonly cluster: string;
  readonly node: string;
  /** Open alerts held one by one; beyond it they only raise the summary's number. Default 10,000. */
  readonly capacity?: number;
}

/** One series of netguard_alerts_total. */
export interface AlertOpenings {
  readonly rule: string;
  readonly severity: Severity;
  readonly namespace: string;
  readonly count: number;
}

/** Turns findings into alerts: opened once a cause, updated on a log scale, resolved after a quiet time. */
export class AlertBook {
  readonly #cluster: string;
  readonly #node: string;
  readonly #capacity: number;
  #settings: AlertBookSettings;
  readonly #open = new Map<string, OpenAlert>();
  /** Open alerts that are neither folded nor a summary, by rule. */
  readonly #single = new Map<string, number>();
  readonly #openings = new Map<string, { -readonly [K in keyof AlertOpenings]: AlertOpenings[K] }>();
  /** Findings beyond `capacity`, by rule, of the current apply. */
  readonly #beyond = new Map<string, number>();
  #ids = 0;
  #evicted = 0;
  #lastNowMs = Number.NaN;

  constructor(options: AlertBookOptions) {
    this.#cluster = options.cluster;
    this.#node = options.node;
    this.#capacity = options.capacity ?? 10_000;
    this.#settings = options;
  }

  /** Changes quiet times, folding and runbooks; open alerts stay. */
  configure(settings: AlertBookSettings): void {
    this.#settings = settings;
  }

  /** Takes over the alerts that were open before a restart. They count in no opening and resolve if nothing finds them again. */
  restore(openAlerts: readonly Alert[], nowMs: number): void {
    for (const alert of openAlerts) {
      if (alert.status !== 'open' || this.#open.has(alert.fingerprint)) continue;
      this.#open.set(alert.fingerprint, OpenAlert.restore(alert, nowMs));
      this.#countSingle(alert, 1);
    }
  }

  /**
   * What is news after an evaluation of the detectors. `findings` are all whose condition holds at `nowMs`; call it after
   * each evaluation, also with none: quiet alerts resolve here.
   */
  apply(findings: readonly Finding[], nowMs: number): AlertEvent[] {
    this.#followClock(nowMs);
    const events: AlertEvent[] = [];
    const met = new Set<string>();
    this.#beyond.clear();
    for (const finding of findings) {
      const fingerprint = fingerprintOf(this.#cluster, finding.rule, finding.source, finding.target);
      const known = this.#open.get(fingerprint);
      if (known === undefined) {
        this.#openNew(finding, fingerprint, nowMs, events);
      } else if (met.has(fingerprint)) {
        known.mention(finding);
      } else if (known.update(finding, nowMs, this.#node) && known.alert.foldedInto === undefined) {
        events.push({ type: 'update', alert: known.alert });
      }
      met.add(fingerprint);
    }
    this.#resolveQuiet(nowMs, events);
    this.#summarise(nowMs, events);
    return events;
  }

  /** All open alerts, folded ones included, by opening. */
  list(): Alert[] {
    return [...this.#open.values()].map((open) => open.alert);
  }

  /** Alerts opened since the start, folded ones too; summaries are not alerts of their own here. */
  openings(): AlertOpenings[] {
    return [...this.#openings.values()].map((series) => ({ ...series }));
  }

  /** `evicted` counts openings that found the book full and were only counted. */
  get state(): TableState {
    return { entries: this.#open.size, capacity: this.#capacity, evicted: this.#evicted };
  }

  #openNew(finding: Finding, fingerprint: string, nowMs: number, events: AlertEvent[]): void {
    if (this.#open.size >= this.#capacity) {
      this.#beyond.set(finding.rule, (this.#beyond.get(finding.rule) ?? 0) + 1);
      this.#evicted++;
      return;
    }
    const isFolded = (this.#single.get(finding.rule) ?? 0) >= (this.#settings.foldAfter ?? 50);
    const foldedInto = isFolded ? this.#summaryOf(finding, nowMs, events) : undefined;
    const open = OpenAlert.open(finding, this.#birth(finding.rule, fingerprint, nowMs, foldedInto), nowMs);
    this.#open.set(fingerprint, open);
    this.#countSingle(open.alert, 1);
    this.#countOpening(finding);
    events.push({ type: 'open', alert: open.alert });
  }

  #resolveQuiet(nowMs: number, events: AlertEvent[]): void {
    for (const [fingerprint, open] of this.#open) {
      const rule = open.alert.rule;
      const quietMs = this.#settings.quietMsByRule?.[rule] ?? this.#settings.quietMs ?? 10_000;
      if (isSummary(open.alert) || nowMs - open.lastFoundMs < quietMs) continue;
      this.#open.delete(fingerprint);
      this.#countSingle(open.alert, -1);
      events.push(open.resolve(nowMs));
    }
  }

  #summarise(nowMs: number, events: AlertEvent[]): void {
    for (const [fingerprint, open] of this.#open) {
      if (!isSummary(open.alert)) continue;
      const folded = [...this.#open.values()].filter((other) => other.alert.foldedInto === open.alert.id);
      const total = folded.length + (this.#beyond.get(open.alert.rule) ?? 0);
      if (total === 0) {
        this.#open.delete(fingerprint);
        events.push(open.resolve(nowMs));
        continue;
      }
      const members = folded.map((other) => other.alert);
      const added = Math.max(0, total - open.alert.evidence.observed);
      const finding = summaryFinding(open.alert, members, total, added, this.#settings.foldAfter ?? 50);
      if (open.update(finding, nowMs, this.#node)) events.push({ type: 'update', alert: open.alert });
    }
  }

  /** The id of the rule's summary alert, opened if there is none. */
  #summaryOf(finding: Finding, nowMs: number, events: AlertEvent[]): string {
    const fingerprint = fingerprintOf(this.#cluster, `${finding.rule}/${SUMMARY_MARK}`, null, null);
    let summary = this.#open.get(fingerprint);
    if (summary === undefined) {
      const first = summaryFinding(finding, [finding], 1, 1, this.#settings.foldAfter ?? 50);
      summary = OpenAlert.open(first, this.#birth(finding.rule, fingerprint, nowMs, undefined), nowMs);
      this.#open.set(fingerprint, summary);
      events.push({ type: 'open', alert: summary.alert });
    }
    return summary.alert.id;
  }

  #birth(rule: string, fingerprint: string, nowMs: number, foldedInto: string | undefined) {
    const base = this.#settings.runbookBase;
    return {
      id: alertId(nowMs, fingerprint, this.#node, this.#ids++),
      fingerprint,
      cluster: this.#cluster,
      node: this.#node,
      ...(base !== undefined ? { runbookUrl: base + rule } : undefined),
      ...(foldedInto !== undefined ? { foldedInto } : undefined),
    };
  }

  #countSingle(alert: Alert, by: 1 | -1): void {
    if (isSummary(alert) || alert.foldedInto !== undefined) return;
    this.#single.set(alert.rule, (this.#single.get(alert.rule) ?? 0) + by);
  }

  #countOpening(finding: Finding): void {
    const namespace = finding.target?.namespace ?? finding.source?.namespace ?? '';
    const key = `${finding.rule}\n${finding.severity}\n${namespace}`;
    const series = this.#openings.get(key);
    if (series) series.count++;
    else this.#openings.set(key, { rule: finding.rule, severity: finding.severity, namespace, count: 1 });
  }

  /** A clock that was set back must not keep alerts open for hours: their quiet time starts at the new time. */
  #followClock(nowMs: number): void {
    if (nowMs < this.#lastNowMs - 5000) for (const open of this.#open.values()) open.lastFoundMs = nowMs;
    this.#lastNowMs = nowMs;
  }
}

function isSummary(alert: Alert): boolean {
  return alert.evidence[SUMMARY_MARK] === true;
}
