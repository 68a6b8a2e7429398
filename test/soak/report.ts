import { compareSeverity, type Severity } from '@netguard/core';
import type { Told } from './alert-tally.ts';
import type { Usage } from './usage.ts';

/** How one twin did. */
export interface TwinResult {
  readonly id: string;
  readonly what: string;
  readonly done: number;
  readonly failed: number;
}

/** What a soak came to. */
export interface SoakReport {
  /** Run id of its lab: with what all that it created was named. */
  readonly run: string;
  readonly seconds: number;
  readonly wantedSeconds: number;
  readonly learningSeconds: number;
  readonly workloads: number;
  readonly twins: readonly TwinResult[];
  readonly alerts: readonly Told[];
  /** What was only observed: nobody is notified of it. */
  readonly observed: readonly Told[];
  /** Alerts about what others did on this host meanwhile. */
  readonly others: number;
  readonly usage: Usage;
  readonly lost: Readonly<Record<string, number>>;
  readonly troubles: readonly string[];
  /** How long after its beginning a port scan at the end was told, ms; undefined when it was not, or not tried. */
  readonly scanToldMs: number | undefined;
  readonly proof: 'told' | 'missed' | 'not tried';
}

const SEVERITIES: readonly Severity[] = ['low', 'medium', 'high', 'critical'];

/** Alerts that a soak must not have. */
export function falseAlarms({ alerts }: SoakReport): readonly Told[] {
  return alerts.filter(isFalse);
}

function isFalse({ severity }: Told): boolean {
  return compareSeverity(severity, 'medium') >= 0;
}

/** Why a soak failed, one sentence each; empty when it passed. */
export function failures(report: SoakReport): string[] {
  const wrong = falseAlarms(report).map(({ rule, severity, title }) => `${severity} alert of ${rule}: ${title}`);
  const idle = report.twins.filter(({ done }) => done === 0).map(({ id }) => `${id} has done nothing`);
  const deaf = report.proof === 'missed' ? ['the agent was silent about a port scan at the end, too'] : [];
  return [...wrong, ...report.troubles, ...(isWhole(report) ? idle : []), ...deaf];
}

/** Whether it ran as long as it was meant to. */
export function isWhole({ seconds, wantedSeconds }: SoakReport): boolean {
  return seconds >= wantedSeconds - 1;
}

export function workloadDays({ workloads, seconds }: SoakReport): number {
  return (workloads * seconds) / 86_400;
}

/** The report as lines of text. */
export function reportLines(report: SoakReport): string[] {
  const { alerts, observed, usage, twins, others, lost } = report;
  const days = workloadDays(report);
  const losses = Object.entries(lost).map(([source, count]) => `${source} ${count}`);
  return [
    `Soak: ${twins.length} benign twins at once, ${report.workloads} workloads, ${minutes(report.seconds)} min` +
      `${isWhole(report) ? '' : ` of ${minutes(report.wantedSeconds)}, ended early`} = ${days.toFixed(2)} workload-days` +
      ` (learning: the first ${minutes(report.learningSeconds)} min)`,
    '',
    ...table(
      ['alerts', ...SEVERITIES, 'per workload-day'],
      [
        ...countRows(alerts, days),
        ['total', ...SEVERITIES.map((each) => count(alerts, each)), rate(alerts.length, days)],
      ],
    ),
    '',
    ...table(
      ['observed only', ...SEVERITIES, 'per workload-day'],
      [
        ...countRows(observed, days),
        ['total', ...SEVERITIES.map((each) => count(observed, each)), rate(observed.length, days)],
      ],
    ),
    '',
    ...alerts.map((told) => line(told)),
    ...observed.map((told) => `${line(told)} (observed)`),
    ...(alerts.length + observed.length > 0 ? [''] : []),
    ...table(
      ['twin', 'done', 'failed', ''],
      twins.map(({ id, done, failed, what }) => [id, String(done), String(failed), what]),
    ),
    '',
    `agent    ${percent(usage.agentCores)} of a core (at most ${percent(usage.agentCoresMax)}), RSS ${megabytes(usage.rssBytes)} at the end (${megabytes(usage.anonymousBytes)} anonymous), ${megabytes(usage.rssMaxBytes)} at most`,
    `machine  ${percent(usage.machineBusy)} of all cores busy, with whatever else ran`,
    `lost     ${losses.length > 0 ? losses.join(', ') : 'nothing'}`,
    `proof    ${proofText(report)}`,
    ...(others > 0 ? [`others   ${others} alerts about what others did on this host are not counted`] : []),
  ];
}

function proofText({ proof, scanToldMs }: SoakReport): string {
  if (proof === 'told') return `a port scan at the end was told ${scanToldMs} ms after it began`;
  return proof === 'missed' ? 'a port scan at the end was NOT told' : 'no port scan was tried at the end';
}

function countRows(told: readonly Told[], days: number): string[][] {
  const rules = [...new Set(told.map(({ rule }) => rule))].sort();
  return rules.map((rule) => {
    const own = told.filter((each) => each.rule === rule);
    return [rule, ...SEVERITIES.map((each) => count(own, each)), rate(own.length, days)];
  });
}

function count(told: readonly Told[], severity: Severity): string {
  return String(told.filter((each) => each.severity === severity).length);
}

function rate(events: number, days: number): string {
  return days > 0 ? (events / days).toFixed(2) : '-';
}

/** Of those that must not be, with the evidence: a soak is long, and may not fail the same way again. */
function line(told: Told): string {
  const { firstSeen, severity, rule, title, alert } = told;
  const why = isFalse(told) ? `  ${JSON.stringify(alert.evidence)}` : '';
  return `${firstSeen.slice(11, 19)}  ${severity.padEnd(8)} ${rule.padEnd(18)} ${title}${why}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const cell = (text: string, column: number) =>
    column === 0 || Number.isNaN(Number(text)) ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  return [head, ...rows].map((row) => row.map(cell).join('  ').trimEnd());
}

function minutes(seconds: number): string {
  return String(Math.round(seconds / 6) / 10);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
