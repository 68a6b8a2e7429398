import { nearestName } from '@netguard/core';

/** Makes a title of the labels and the value of one set of labels. */
export type Title = (labels: Readonly<Record<string, string>>, value: number) => string;

const PLACE = /\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g;
/** Of one label: a title is a line for a person. */
const MOST_OF_LABEL = 100;
const MOST = 300;

/** Throws an Error for a label that there is not. `{{ value }}` and `{{ on }}` are the value and the level. */
export function compileTitle(template: string, labelNames: readonly string[], on: number): Title {
  const known = [...labelNames, 'value', 'on'];
  for (const [, name = ''] of template.matchAll(PLACE)) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    throw new Error(
      `there is no label ${name}, ${nearest ? `did you mean ${nearest}?` : `there are ${known.join(', ')}`}`,
    );
  }
  return (labels, value) => {
    const text = template.replace(PLACE, (_, name: string) => {
      if (Object.hasOwn(labels, name)) return (labels[name] ?? '').slice(0, MOST_OF_LABEL);
      return shortNumber(name === 'on' ? on : value);
    });
    return text.slice(0, MOST).toWellFormed();
  };
}

/** Four digits; a whole number has all. */
export function shortNumber(value: number): string {
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
}
