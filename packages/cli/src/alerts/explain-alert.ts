import type { Alert, Detector } from '@netguard/core';
import { wrap } from '../text/display-width.ts';
import type { Palette } from '../text/palette.ts';
import { formatExact } from '../text/quantity.ts';
import { safeText } from '../text/safe-text.ts';
import { confidenceText } from './alert-card.ts';
import { sourceText, targetText } from './alert-list.ts';
import { evidenceRows, observedText } from './evidence-text.ts';

export type ExplainedDetector = Pick<Detector, 'description' | 'parameters'>;

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
  say('How sure NetGuard is', `${confidenceText(alert)}.`);
  if (alert.mitre.length > 0) {
    lines.push(palette.bold('MITRE ATT&CK'));
    for (const { tactic, technique } of alert.mitre) {
      lines.push(`  ${safeText(tactic)}: ${safeText(technique)}  ${palette.dim(techniqueUrl(technique))}`);
    }
    lines.push('');
  }
  say('What to do', safeText(alert.suggestion));
  say(
    'When it ends',
    alert.status === 'resolved'
      ? 'It is resolved: the condition had not held for the quiet time (alerts.resolveAfterMs).'
      : 'It resolves by itself when the condition has not held for the quiet time (alerts.resolveAfterMs).',
  );
  say(
    'If it is no attack',
    `Raise the limits of this rule in the configuration, under detectors.${safeText(alert.rule)}.parameters, or for one namespace under detectors.${safeText(alert.rule)}.namespaces; they take effect without a restart.`,
  );
  const parameters = Object.entries(detector?.parameters ?? {});
  if (parameters.length > 0) {
    const widest = Math.max(...parameters.map(([name]) => name.length));
    lines.splice(
      lines.length - 1,
      0,
      ...parameters.map(
        ([name, { default: value, unit, description }]) =>
          `  ${palette.cyan(name.padEnd(widest))}  ${formatExact(value)} ${safeText(unit)}  ${palette.dim(safeText(description))}`,
      ),
    );
  }
  return lines.slice(0, -1);
}

function techniqueUrl(technique: string): string {
  const id = /T\d{4}(?:\.\d{3})?/.exec(technique)?.[0];
  return id ? `https://attack.mitre.org/techniques/${id.replace('.', '/')}/` : '';
}
