import type { TableState } from '../table-state.ts';
import type { Alert, AlertEvent, Finding } from './alert.ts';
import { alertId } from './alert-id.ts';
import { type AlertOpenings, OpeningCounter } from './alert-openings.ts';
import { OWNED_FOR_MS } from './cause-key.ts';
import { type ClosedCause, ClosedCauses } from './closed-causes.ts';
import { fingerprintOf } from './fingerprint.ts';
import { OpenAlert } from './open-alert.ts';
import { isWithin, portsOf } from './ports-of.ts';
import { SUMMARY_MARK, summaryFinding } from './summary.ts';
import { Superseding, type YieldTable } from './superseding.ts';

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
  /** Which rules own what others see too: the others' open alerts resolve into theirs. */
  readonly yieldsTo?: YieldTable;
  /** A book of what detectors only observe: its alerts say so. */
  readonly observed?: boolean;
}

/** A finding that was left to another rule (`DetectorSet.yielded`). */
export interface LeftTo {
  readonly finding: Finding;
  readonly owner: Pick<Finding, 'rule' | 'source' | 'target' | 'cause' | 'alsoOwns'>;
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
  readonly #openings = new OpeningCounter();
  /** Findings beyond `capacity`, by rule, of the current apply. */
  readonly #beyond = new Map<string, number>();
  readonly #superseding: Superseding;
  readonly #closed = new ClosedCauses();
  readonly #isObserved: boolean;
  #ids = 0;
  #evicted = 0;
  #lastNowMs = Number.NaN;

  constructor(options: AlertBookOptions) {
    this.#cluster = options.cluster;
    this.#node = options.node;
    this.#capacity = options.capacity ?? 10_000;
    this.#settings = options;
    this.#superseding = new Superseding(options.yieldsTo ?? {});
    this.#isObserved = options.observed ?? false;
  }

  /** Changes quiet times, folding and runbooks; open alerts stay. */
  configure(settings: AlertBookSettings): void {
    this.#settings = settings;
  }

  /**
   * Takes over the alerts that were open before a restart, and what was closed while it went on. They count in no opening
   * and resolve if nothing finds them again.
   */
  restore(openAlerts: readonly Alert[], nowMs: number, closed: readonly ClosedCause[] = []): void {
    for (const alert of openAlerts) {
      if (alert.status !== 'open' || this.#open.has(alert.fingerprint)) continue;
      this.#add(OpenAlert.restore(alert, nowMs));
    }
    for (const cause of closed) this.#closed.close(cause, nowMs);
  }

  /**
   * What is news after an evaluation of the detectors. `findings` are all whose condition holds at `nowMs`; call it after
   * each evaluation, also with none: quiet alerts resolve here. `leftTo` are those that other rules own: where an alert of
   * theirs is open already, it resolves into the owner's.
   */
  apply(findings: readonly Finding[], nowMs: number, leftTo: readonly LeftTo[] = []): AlertEvent[] {
    this.#followClock(nowMs);
    const events: AlertEvent[] = [];
    const superseded: AlertEvent[] = [];
    const met = new Set<string>();
    this.#beyond.clear();
    for (const finding of findings) {
      const fingerprint = this.#fingerprint(finding);
      if (this.#closed.swallows(finding, fingerprint, nowMs)) continue;
      const known = this.#open.get(fingerprint);
      const open = known ?? this.#openNew(finding, fingerprint, nowMs, events);
      if (open === undefined) continue;
      this.#supersede(finding, open, nowMs, superseded);
      if (known === undefined) events.push({ type: 'open', alert: open.alert });
      else if (met.has(fingerprint)) open.mention(finding);
      else if (open.update(finding, nowMs, this.#node) && open.alert.foldedInto === undefined)
        events.push({ type: 'update', alert: open.alert });
      met.add(fingerprint);
    }
    for (const { finding, owner } of leftTo) {
      const open = this.#open.get(this.#fingerprint(owner));
      open?.mentionRule(finding.rule);
      if (open !== undefined) this.#supersede(finding, open, nowMs, superseded);
    }
    this.#resolveQuiet(nowMs, events);
    this.#summarise(nowMs, events);
    return events.concat(superseded);
  }

  /** A person closed the alert: it ends here without an event, and its cause is no news while it goes on (`ClosedCauses`). */
  close(id: string, nowMs: number): void {
    const open = [...this.#open.values()].find(({ alert }) => alert.id === id);
    if (open === undefined || isSummary(open.alert)) return;
    this.#remove(open);
    const { fingerprint, rule, severity } = open.alert;
    this.#closed.close({ fingerprint, rule, severity, closedMs: nowMs });
  }

  /** All open alerts, folded ones included, by opening. */
  list(): Alert[] {
    return [...this.#open.values()].map((open) => open.alert);
  }

  /** Alerts opened since the start, folded ones too; summaries are not alerts of their own here. */
  openings(): AlertOpenings[] {
    return this.#openings.list();
  }

  /** `evicted` counts openings that found the book full and were only counted. */
  get state(): TableState {
    return { entries: this.#open.size, capacity: this.#capacity, evicted: this.#evicted };
  }

  /** Undefined when the book is full: the finding is only counted. */
  #openNew(finding: Finding, fingerprint: string, nowMs: number, events: AlertEvent[]): OpenAlert | undefined {
    if (this.#open.size >= this.#capacity) {
      this.#beyond.set(finding.rule, (this.#beyond.get(finding.rule) ?? 0) + 1);
      this.#evicted++;
      return undefined;
    }
    const isFolded = (this.#single.get(finding.rule) ?? 0) >= (this.#settings.foldAfter ?? 50);
    const foldedInto = isFolded ? this.#summaryOf(finding, nowMs, events) : undefined;
    const open = OpenAlert.open(finding, this.#birth(finding.rule, fingerprint, nowMs, foldedInto), nowMs);
    this.#add(open);
    this.#openings.count(finding);
    return open;
  }

  /** The alerts of yielding rules about the same cause end in this one, also when they were there first. */
  #supersede(by: LeftTo['owner'], into: OpenAlert, nowMs: number, events: AlertEvent[]): void {
    const own = { fingerprint: this.#fingerprint(by), ifSamePorts: false };
    for (const { fingerprint, ifSamePorts } of [...this.#superseding.givingWayTo(by), own]) {
      const open = this.#open.get(fingerprint);
      if (open === undefined || open === into || nowMs - open.lastFoundMs > OWNED_FOR_MS) continue;
      if (ifSamePorts && !isWithin(portsOf(into.alert), portsOf(open.alert))) continue;
      into.mentionRule(open.alert.rule);
      this.#remove(open);
      events.push(open.resolve(nowMs, into.alert.id));
    }
  }

  #resolveQuiet(nowMs: number, events: AlertEvent[]): void {
    const quietMsOf = (rule: string): number =>
      this.#settings.quietMsByRule?.[rule] ?? this.#settings.quietMs ?? 10_000;
    for (const open of this.#open.values()) {
      if (isSummary(open.alert) || nowMs - open.lastFoundMs < quietMsOf(open.alert.rule)) continue;
      this.#remove(open);
      events.push(open.resolve(nowMs));
    }
    this.#closed.forgetQuiet(nowMs, quietMsOf);
  }

  #add(open: OpenAlert): void {
    this.#open.set(open.alert.fingerprint, open);
    this.#countSingle(open.alert, 1);
    if (!isSummary(open.alert)) this.#superseding.opened(open.alert);
  }

  #remove(open: OpenAlert): void {
    this.#open.delete(open.alert.fingerprint);
    this.#countSingle(open.alert, -1);
    if (!isSummary(open.alert)) this.#superseding.ended(open.alert);
  }

  #fingerprint({ rule, source, target, cause }: LeftTo['owner']): string {
    return fingerprintOf(this.#cluster, rule, source, target, cause);
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
      ...(this.#isObserved ? { observed: true as const } : undefined),
    };
  }

  #countSingle(alert: Alert, by: 1 | -1): void {
    if (isSummary(alert) || alert.foldedInto !== undefined) return;
    this.#single.set(alert.rule, (this.#single.get(alert.rule) ?? 0) + by);
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
