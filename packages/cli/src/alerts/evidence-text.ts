import type { Evidence } from '@netguard/core';
import { formatDuration } from '../text/duration.ts';
import { formatExact } from '../text/quantity.ts';
import { safeText } from '../text/safe-text.ts';

const SHOWN_APART: ReadonlySet<string> = new Set([
  'observed',
  'threshold',
  'unit',
  'windowMs',
  'lossRatio',
  'sharedSource',
]);

/** `2,412 SYN/s over 1 s; the limit is 200 SYN/s (12 times)`. */
export function observedText({ observed, threshold, unit, windowMs }: Evidence): string {
  const name = safeText(String(unit));
  const times =
    threshold > 0 && observed > threshold
      ? ` (${formatExact(Number((observed / threshold).toPrecision(2)))} times)`
      : '';
  return `${formatExact(observed)} ${name} over ${formatDuration(windowMs)}; the limit is ${formatExact(threshold)} ${name}${times}`;
}

/** What else the detector wrote down, a name and a value each, ready for a terminal. */
export function evidenceRows(evidence: Evidence): [name: string, value: string][] {
  const rows: [string, string][] = [];
  for (const [field, value] of Object.entries(evidence)) {
    if (SHOWN_APART.has(field) || value === undefined || value === null) continue;
    rows.push([words(field), valueText(field, value)]);
  }
  return rows;
}

/** `halfOpen` → `half open`, `completionRatio` → `completion`, `windowMs` → `window`. */
function words(field: string): string {
  const spaced = field.replace(/(Ratio|Ms)$/, '').replace(/([a-z0-9])([A-Z])/g, '$1 $2');
  return safeText(spaced.toLowerCase());
}

function valueText(field: string, value: unknown): string {
  if (typeof value === 'number') {
    if (field.endsWith('Ratio')) return `${formatExact(Number((value * 100).toFixed(1)))} %`;
    return field.endsWith('Ms') ? formatDuration(value) : formatExact(value);
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) {
    const shown = value.slice(0, 8).map((item) => valueText('', item));
    return value.length > shown.length
      ? `${shown.join(', ')} and ${value.length - shown.length} more`
      : shown.join(', ');
  }
  return safeText(typeof value === 'object' ? JSON.stringify(value) : String(value));
}
