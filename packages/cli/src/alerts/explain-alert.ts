import { type Alert, subjectOf } from '@netguard/core';
import type { DetectorView } from '../client/api-types.ts';
import { wrap } from '../text/display-width.ts';
import type { Palette } from '../text/palette.ts';
import { safeText } from '../text/safe-text.ts';
import { confidenceText } from './alert-card.ts';
import { sourceText, targetText } from './alert-list.ts';
import { parameterLines } from './detector-parameters.ts';
import { evidenceRows, observedText } from './evidence-text.ts';
import { infectionTree } from './infection-tree.ts';
import { findExceeded, tuningFor } from './tuning.ts';

/** What an explanation needs of a detector; the values are those in force when the server tells them. */
export type ExplainedDetector = Pick<DetectorView, 'description' | 'parameters' | 'namespaces'>;

/**
 * Why this alert was raised, in words: the rule, the numbers against its limits, how sure, what ends it, where to tune it.
 * `detector` is undefined for a rule that this version does not know (a newer server).
 */
export function explainAlert(
  alert: Alert,
  detector: ExplainedDetector | undefined,
  palette: Palette,
  width: number,
): string[] {
  const text = Math.min(Math.max(width, 40), 100) - 2;
  const lines: string[] = [];
  const say = (title: string, ...paragraphs: string[]): void => {
    lines.push(palette.bold(title));
    for (const paragraph of paragraphs) lines.push(...wrap(paragraph, text).map((line) => `  ${line}`));
    lines.push('');
  };
  lines.push(
    `${palette.severity(alert.severity)(` ${alert.severity.toUpperCase()} `)} ${palette.bold(safeText(alert.title))}`,
    '',
  );
  say(
    `What the rule ${safeText(alert.rule)} looks for`,
    safeText(
      detector?.description ??
        `This version of the command does not know the rule; docs/detectors/${alert.rule}.md describes it.`,
    ),
  );
  say(
    'Why it was raised here',
    safeText(alert.description),
    `Target ${targetText(alert)}, source ${sourceText(alert)}: ${observedText(alert.evidence)}.`,
  );
  const evidence = evidenceRows(alert.evidence);
  if (evidence.length > 0) {
    lines.push(palette.bold('What else was written down'));
    const widest = Math.max(...evidence.map(([name]) => name.length));
    for (const [name, value] of evidence) lines.push(`  ${palette.dim(name.padEnd(widest))}  ${value}`);
    lines.push('');
  }
  const tree = infectionTree(alert.evidence);
  if (tree.length > 0) {
    lines.push(palette.bold('Who infected whom'), ...tree.map((line) => `  ${line}`), '');
  }
  say('How sure NetGuard is', `${confidenceText(alert)}.`);
  if (alert.mitre.length > 0) {
    lines.push(palette.bold('MITRE ATT&CK'));
    for (const { tactic, technique } of alert.mitre) {
      lines.push(`  ${safeText(tactic)}: ${safeText(technique)}  ${palette.dim(techniqueUrl(technique))}`);
    }
    lines.push('');
  }
  say('What to do', safeText(alert.suggestion));
  say('When it ends', endText(alert));
  lines.push(...limitLines(alert, detector, palette, text));
  const { lines: tuning, kind } = tuningFor(alert, detector);
  say(
    'If it is no attack',
    kind === 'configuration'
      ? `Close it with \`netguard alerts close ${safeText(alert.id)} --disposition false-positive\`. This, in the configuration, keeps the same from being raised again; it takes effect without a restart:`
      : `Close it with \`netguard alerts close ${safeText(alert.id)} --disposition false-positive\`. No single limit would have kept it from being raised; a silence holds back what is like it for a time:`,
  );
  lines.splice(-1, 0, ...tuning.map((line) => `    ${palette.cyan(line)}`));
  return lines.slice(0, -1);
}

function endText(alert: Alert): string {
  if (alert.supersededBy !== undefined)
    return `It is merged into alert ${safeText(alert.supersededBy)}, whose rule owns the same cause.`;
  if (alert.closedBy !== undefined)
    return `${safeText(alert.closedBy)} closed it. While the same goes on it is not raised again, for an hour at most, unless it gets graver.`;
  return alert.status === 'resolved'
    ? 'It is resolved: the condition had not held for the quiet time (alerts.resolveAfterMs).'
    : 'It resolves by itself when the condition has not held for the quiet time (alerts.resolveAfterMs).';
}

/** The rule's limits in force where it was raised, the exceeded one with an arrow and where its default comes from. */
function limitLines(alert: Alert, detector: ExplainedDetector | undefined, palette: Palette, width: number): string[] {
  if (detector === undefined || Object.keys(detector.parameters).length === 0) return [];
  const namespace = subjectOf(alert)?.namespace;
  const exceeded = findExceeded(alert, detector, namespace)?.name;
  const where = namespace !== undefined && detector.namespaces[namespace] ? ` in namespace ${safeText(namespace)}` : '';
  const lines = [palette.bold(`The limits of ${safeText(alert.rule)}${where}`)];
  lines.push(...parameterLines(detector, namespace, palette, exceeded));
  const source = exceeded === undefined ? undefined : detector.parameters[exceeded]?.source;
  if (source !== undefined) {
    const said = `The default of ${safeText(exceeded ?? '')} comes from: ${safeText(source)}`;
    lines.push(...wrap(said, width).map((line) => `  ${line}`));
  }
  lines.push(
    ...wrap(
      `They are set under detectors.${safeText(alert.rule)}.parameters, for one namespace under detectors.${safeText(alert.rule)}.namespaces.<name>.parameters.`,
      width,
    ).map((line) => `  ${line}`),
    '',
  );
  return lines;
}

function techniqueUrl(technique: string): string {
  const id = /T\d{4}(?:\.\d{3})?/.exec(technique)?.[0];
  return id ? `https://attack.mitre.org/techniques/${id.replace('.', '/')}/` : '';
}
