import { RULE_LIMITS } from '../limits.ts';
import { refuse } from '../problem.ts';

/** `any`, one element, or a list of them, each perhaps negated: what addresses and ports have in common. */
export type ListExpression =
  | { readonly kind: 'any' }
  | { readonly kind: 'item'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly { readonly negated: boolean; readonly item: ListExpression }[] };

interface Reading {
  readonly text: string;
  at: number;
  items: number;
  readonly variables: Readonly<Record<string, string>>;
}

/** Parses an expression, variables resolved. @throws RuleRefusal with keyword `header` */
export function parseListExpression(
  text: string,
  variables: Readonly<Record<string, string>>,
  depth = 0,
  count = { items: 0 },
): ListExpression {
  const reading: Reading = { text: text.replace(/\s+/g, ''), at: 0, items: count.items, variables };
  const parsed = parseElement(reading, depth, count);
  // Suricata takes a list without its brackets too.
  if (reading.text[reading.at] === ',') return parseListExpression(`[${reading.text}]`, variables, depth, count);
  if (reading.at < reading.text.length) refuse('header', `${reading.text.slice(0, 80)} is no address or port`);
  return parsed;
}

function parseElement(reading: Reading, depth: number, count: { items: number }): ListExpression {
  if (depth > RULE_LIMITS.listDepth)
    refuse('header', `lists more than ${RULE_LIMITS.listDepth} deep, or a variable of itself`);
  if (++count.items > RULE_LIMITS.listItems) refuse('header', `a list of more than ${RULE_LIMITS.listItems} elements`);
  if (reading.text[reading.at] === '!') {
    reading.at++;
    return { kind: 'list', items: [{ negated: true, item: parseElement(reading, depth + 1, count) }] };
  }
  if (reading.text[reading.at] === '[') return parseList(reading, depth, count);
  return parseItem(reading, depth, count);
}

function parseList(reading: Reading, depth: number, count: { items: number }): ListExpression {
  const items: { negated: boolean; item: ListExpression }[] = [];
  reading.at++;
  for (;;) {
    const negated = reading.text[reading.at] === '!';
    if (negated) reading.at++;
    items.push({ negated, item: parseElement(reading, depth + 1, count) });
    const sign = reading.text[reading.at++];
    if (sign === ']') return { kind: 'list', items };
    if (sign !== ',') refuse('header', 'a list without its closing bracket');
  }
}

function parseItem(reading: Reading, depth: number, count: { items: number }): ListExpression {
  const expression = /[^,[\]!]+/y;
  expression.lastIndex = reading.at;
  const text = expression.exec(reading.text)?.[0] ?? refuse('header', 'an empty address or port');
  reading.at += text.length;
  if (text === 'any') return { kind: 'any' };
  if (!text.startsWith('$')) return { kind: 'item', text };
  const name = text.slice(1);
  const value = Object.hasOwn(reading.variables, name) ? reading.variables[name] : undefined;
  if (value === undefined) refuse('header', `the variable ${text.slice(0, 64)} is not set`);
  return parseListExpression(value!, reading.variables, depth + 1, count);
}
