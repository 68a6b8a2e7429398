import type { Evidence } from '@netguard/core';
import { formatDuration } from '../text/duration.ts';
import { joinHostPort } from '../text/endpoint-text.ts';
import { formatBytes, formatExact } from '../text/quantity.ts';
import { safeText } from '../text/safe-text.ts';
import { numberRanges } from './number-ranges.ts';

const SHOWN_APART: ReadonlySet<string> = new Set([
  'observed',
  'threshold',
  'unit',
  'windowMs',
  'lossRatio',
  'sharedSource',
  'parameter',
  // A drawing of its own.
  'tree',
  'treeOmitted',
]);
/** Items of a list that are shown; the alert itself carries bounded lists. */
const MOST_SHOWN = 8;
/** Lists within lists are cut off here. */
const DEEPEST = 3;

/** `2,412 SYN/s over 1 s; the limit is 200 SYN/s (12 times)`. */
export function observedText({ observed, threshold, unit, windowMs, raised }: Evidence): string {
  const name = safeText(String(unit));
  const times =
    threshold > 0 && observed > threshold
      ? ` (${formatExact(Number((observed / threshold).toPrecision(2)))} times)`
      : '';
  const over = windowMs > 0 ? ` over ${formatDuration(windowMs)}` : '';
  const by = typeof raised === 'number' ? `, raised ${formatExact(raised)} times` : '';
  return `${formatExact(observed)} ${name}${over}; the limit is ${formatExact(threshold)} ${name}${by}${times}`;
}

/** What else the detector wrote down, a name and a value each, ready for a terminal. */
export function evidenceRows(evidence: Evidence): [name: string, value: string][] {
  const rows: [string, string][] = [];
  for (const [field, value] of Object.entries(evidence)) {
    if (SHOWN_APART.has(field) || field === 'raised' || isNothing(value)) continue;
    rows.push([words(field), valueText(field, value, 0)]);
  }
  return rows;
}

/** `halfOpen` → `half open`, `completionRatio` → `completion`, `windowMs` → `window`, `topPeers` → `top peers`. */
function words(field: string): string {
  const spaced = field
    .replace(/(?<=.)(Ratio|Share|Ms|Bytes|BytesPerSecond|Estimate)$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2');
  return safeText(spaced.toLowerCase());
}

function valueText(field: string, value: unknown, depth: number): string {
  if (typeof value === 'number') return numberText(field, value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return listText(field, value, depth);
  if (typeof value === 'object' && value !== null) return objectText(value as Record<string, unknown>, depth);
  return safeText(String(value));
}

function numberText(field: string, value: number): string {
  if (/(?:Ratio|Share)$/.test(field)) return `${formatExact(Number((value * 100).toFixed(1)))} %`;
  if (field.endsWith('Ms')) return formatDuration(value);
  if (/bytes$/i.test(field)) return formatBytes(value);
  if (/bytesPerSecond$/i.test(field)) return `${formatBytes(value)}/s`;
  // A sketch counted it: near enough, not exact.
  const about = /^distinct|Estimate$/.test(field) ? '~' : '';
  // `lastPort` is the name of one, `distinctPorts` how many.
  return /port$/i.test(field) ? String(value) : `${about}${formatExact(value)}`;
}

function listText(field: string, list: readonly unknown[], depth: number): string {
  if (list.length === 0) return 'none';
  if (depth >= DEEPEST) return `${list.length} items`;
  if (/ports$/i.test(field) && list.every((item) => typeof item === 'number'))
    return cut(numberRanges(list as number[]), 12);
  return cut(
    list.map((item) => valueText(singular(field), item, depth + 1)),
    MOST_SHOWN,
  );
}

function singular(field: string): string {
  return field.replace(/s$/, '');
}

function cut(texts: readonly string[], most: number): string {
  const shown = texts.slice(0, most);
  const rest = texts.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

/** A peer, a port or a technique with how often: `shop/web-1 (10.0.0.7):8080 ×120`; what else it says in brackets. */
function objectText(object: Readonly<Record<string, unknown>>, depth: number): string {
  if (depth >= DEEPEST) return '…';
  const { name, ip, port, count, ...rest } = object;
  const isPort = typeof port === 'number';
  const host = [name, ip].filter((part): part is string => typeof part === 'string' && part !== '').map(safeText);
  const [first, second] = host;
  const address = second !== undefined && second !== first ? `${first} (${second})` : first;
  const label =
    address === undefined
      ? isPort
        ? String(port)
        : ''
      : second === undefined && isPort
        ? joinHostPort(address, port)
        : address + (isPort ? `:${port}` : '');
  const times = typeof count === 'number' ? `×${formatExact(count)}` : '';
  const others = Object.entries(rest)
    .filter(([, value]) => !isNothing(value))
    .slice(0, MOST_SHOWN)
    .map(([field, value]) => `${words(field)} ${valueText(field, value, depth + 1)}`);
  if (label === '' && times === '') return others.join(', ');
  const about = others.length > 0 ? `(${others.join(', ')})` : '';
  return [label, times, about].filter((part) => part !== '').join(' ');
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
