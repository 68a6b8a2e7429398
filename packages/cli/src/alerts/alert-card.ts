import type { Alert, Endpoint } from '@netguard/core';
import { fit, wrap } from '../text/display-width.ts';
import { joinHostPort, nameText, workloadText } from '../text/endpoint-text.ts';
import type { Palette } from '../text/palette.ts';
import { formatExact } from '../text/quantity.ts';
import { safeText } from '../text/safe-text.ts';
import { formatAge, formatTime } from '../text/time-format.ts';
import { sourceText } from './alert-list.ts';
import { evidenceRows, observedText } from './evidence-text.ts';
import { infectionTree } from './infection-tree.ts';

const LABEL = 12;
/** Top sources shown; the alert itself carries up to ten. */
const SOURCES_SHOWN = 3;

/** One alert on one screen, as a person reads it: what, who, how much, since when, what to do. */
export function alertCard(alert: Alert, palette: Palette, width: number, nowMs: number): string[] {
  const text = Math.min(Math.max(width, 40), 110);
  const badge = palette.severity(alert.severity)(` ${alert.severity.toUpperCase()} `);
  const lines = [
    `${badge} ${palette.bold(safeText(alert.title))}`,
    ...wrap(safeText(alert.description), text - 2).map((line) => `  ${line}`),
    '',
  ];
  const row = (name: string, value: string): void => {
    const [first = '', ...rest] = wrap(value, text - LABEL - 4);
    lines.push(
      `  ${palette.dim(fit(name, LABEL))}  ${first}`,
      ...rest.map((line) => `${' '.repeat(LABEL + 4)}${line}`),
    );
  };
  row('Target', alert.target ? endpointLine(alert.target) : 'none in particular');
  row('Source', alert.source ? endpointLine(alert.source) : `${sourceText(alert)} (no single one; probably forged)`);
  for (const { ip, name, count } of (alert.sources?.top ?? []).slice(0, SOURCES_SHOWN)) {
    row('', `${safeText(name ? `${name} (${ip})` : ip)}  ×${formatExact(count)}`);
  }
  row('Observed', observedText(alert.evidence));
  const evidence = evidenceRows(alert.evidence).map(([name, value]) => `${name} ${value}`);
  if (evidence.length > 0) row('Evidence', evidence.join('; '));
  const tree = infectionTree(alert.evidence);
  tree.forEach((line, n) => {
    lines.push(`  ${palette.dim(fit(n === 0 ? 'Tree' : '', LABEL))}  ${line}`);
  });
  row('Confidence', confidenceText(alert));
  row('Status', statusText(alert, nowMs));
  row(
    'Seen',
    `${formatTime(alert.firstSeen)} to ${formatTime(alert.lastSeen)} UTC, ${formatExact(alert.count)} observations`,
  );
  if (alert.mitre.length > 0)
    row('MITRE', alert.mitre.map(({ tactic, technique }) => safeText(`${tactic} ${technique}`)).join(', '));
  if (alert.nodes.length > 0) row('Node', alert.nodes.map(safeText).join(', '));
  row('Id', `${safeText(alert.id)}   rule ${safeText(alert.rule)}`);
  lines.push(
    '',
    palette.bold('  What to do'),
    ...wrap(safeText(alert.suggestion), text - 2).map((line) => `  ${line}`),
  );
  if (alert.runbookUrl) lines.push(`  ${safeText(alert.runbookUrl)}`);
  return lines;
}

/** How sure, and what makes it less so. */
export function confidenceText({ confidence, evidence }: Alert): string {
  const doubts: string[] = [];
  if (evidence.lossRatio)
    doubts.push(`${formatExact(Number((evidence.lossRatio * 100).toFixed(1)))} % of the events were lost`);
  if (evidence.sharedSource) doubts.push('the source address is shared by many (a proxy or a node)');
  return `${Math.round(confidence * 100)} %${doubts.length > 0 ? `: ${doubts.join('; ')}` : ''}`;
}

function endpointLine(endpoint: Endpoint): string {
  const name = joinHostPort(nameText(endpoint), endpoint.port);
  const about = [
    endpoint.pod || endpoint.service || endpoint.container || endpoint.process ? endpoint.ip : endpoint.kind,
    workloadText(endpoint),
  ].filter((part, i, all) => part && all.indexOf(part) === i && part !== nameText(endpoint));
  return about.length > 0 ? `${name} (${about.map(safeText).join(', ')})` : name;
}

function statusText(alert: Alert, nowMs: number): string {
  const parts = [
    alert.status === 'resolved' && alert.resolvedAt
      ? ended(formatAge(alert.resolvedAt, nowMs))
      : since(alert.status, formatAge(alert.firstSeen, nowMs)),
    alert.acknowledgedBy ? `acknowledged by ${safeText(alert.acknowledgedBy)}` : '',
    alert.suppressedBy ? `silenced by ${safeText(alert.suppressedBy)}` : '',
    alert.supersededBy ? `merged into alert ${safeText(alert.supersededBy)}` : '',
    alert.closedBy ? `closed by ${safeText(alert.closedBy)}` : '',
    alert.disposition ?? '',
    alert.foldedInto ? `one of many, spoken for by ${safeText(alert.foldedInto)}` : '',
    alert.observed ? 'only observed: nobody was notified' : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function ended(age: string): string {
  return age === 'now' ? 'resolved just now' : `resolved ${age} ago`;
}

function since(status: string, age: string): string {
  return age === 'now' ? `${status} since just now` : `${status} for ${age}`;
}
