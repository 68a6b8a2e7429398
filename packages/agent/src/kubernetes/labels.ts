import { record, text } from './raw-object.ts';

const MAX_LABELS = 256;
const MAX_LABEL_KEY = 317;
const MAX_LABEL_VALUE = 63;

/** Labels of an object's metadata, as far as they are labels. */
export function labelsOf(value: unknown): Record<string, string> {
  const labels: [string, string][] = [];
  for (const [key, one] of Object.entries(record(value))) {
    if (labels.length >= MAX_LABELS) break;
    if (text(key, MAX_LABEL_KEY) === undefined || typeof one !== 'string') continue;
    if (one === '' || text(one, MAX_LABEL_VALUE) !== undefined) labels.push([key, one]);
  }
  return Object.fromEntries(labels);
}
