import { valueInForce } from '../alerts/tuning.ts';
import type { DetectorView } from '../client/api-types.ts';
import { wrap } from '../text/display-width.ts';
import type { Palette } from '../text/palette.ts';
import { formatExact } from '../text/quantity.ts';
import { safeText } from '../text/safe-text.ts';
import { modeText } from './detector-list.ts';

/** Everything about one detector: how it runs, each parameter with where its default comes from, what differs where. */
export function detectorCard(detector: DetectorView, palette: Palette, width: number): string[] {
  const text = Math.min(Math.max(width, 40), 110) - 2;
  const indented = (words: string, by = 2): string[] =>
    wrap(words, text - by).map((line) => `${' '.repeat(by)}${line}`);
  const { id, category, description, mitre, yieldsTo } = detector;
  const about = [`mode ${modeText(detector)}`, `category ${category}`, ...mitre.map(({ technique }) => technique)];
  const lines = [
    `${palette.bold(safeText(id))}  ${palette.dim(about.map(safeText).join(', '))}`,
    ...indented(safeText(description)),
  ];
  if (detector.unavailable !== undefined)
    lines.push(...indented(`Unavailable: ${safeText(detector.unavailable)}`).map((line) => palette.yellow(line)));
  if (yieldsTo.length > 0)
    lines.push(...indented(`Leaves what they see too to: ${yieldsTo.map(safeText).join(', ')}.`));
  lines.push('', palette.bold('Parameters'));
  for (const [name, parameter] of Object.entries(detector.parameters)) {
    const { value, default: usual, unit, minimum, maximum } = parameter;
    const was = value === usual ? 'the default' : `default ${formatExact(usual)}`;
    lines.push(
      `  ${palette.cyan(safeText(name))}  ${formatExact(value)} ${safeText(unit)}  ${palette.dim(`${was}; ${formatExact(minimum)} to ${formatExact(maximum)}`)}`,
      ...indented(safeText(parameter.description), 4),
      ...indented(`From: ${safeText(parameter.source)}`, 4).map((line) => palette.dim(line)),
    );
  }
  lines.push('', palette.bold('Namespaces with settings of their own'), ...namespaceLines(detector, palette));
  const { entries, capacity, evicted, errors, lastError, yielded, suppressed } = detector;
  lines.push(
    '',
    palette.bold('How it does'),
    `  holds ${formatExact(entries)} of ${formatExact(capacity)} entries, forgot ${formatExact(evicted)}`,
    `  left ${formatExact(yielded)} findings to other rules, held back ${formatExact(suppressed)} below a raised threshold`,
    errors === 0
      ? '  no errors'
      : palette.red(`  ${formatExact(errors)} errors, the last: ${safeText(lastError ?? 'unknown')}`),
    '',
    ...indented(
      `Set it under detectors.${safeText(id)} in the configuration; docs/detectors/${safeText(id)}.md says more. No restart is needed.`,
    ),
  );
  return lines;
}

function namespaceLines(detector: DetectorView, palette: Palette): string[] {
  const entries = Object.entries(detector.namespaces);
  if (entries.length === 0) return ['  none'];
  return entries.flatMap(([name, own]) => {
    const differing = Object.keys(own.parameters).filter(
      (parameter) => valueInForce(detector, parameter, name) !== detector.parameters[parameter]?.value,
    );
    const parts = [
      `mode ${own.mode}`,
      ...(own.raise === undefined ? [] : [`alerts at ${formatExact(own.raise)} times the threshold`]),
      ...differing.map((parameter) => `${safeText(parameter)} ${formatExact(own.parameters[parameter] ?? 0)}`),
    ];
    const perhaps = own.perhaps === undefined ? '' : ` Did you mean ${safeText(own.perhaps)}?`;
    const doubt = own.isKnown ? [] : [palette.yellow(`    no pod of this namespace is known here.${perhaps}`)];
    return [`  ${palette.cyan(safeText(name))}  ${parts.join(', ')}`, ...doubt];
  });
}
