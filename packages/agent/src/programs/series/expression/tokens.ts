/** Words and signs of an expression. */

export interface Token {
  readonly kind: 'number' | 'name' | 'time' | 'sign' | 'end';
  readonly text: string;
  /** Characters from the beginning. */
  readonly at: number;
}

/** Says where in the expression: lines and columns from 1. */
export class ExpressionError extends Error {
  constructor(message: string, expression: string, at: number) {
    const before = expression.slice(0, at).split('\n');
    super(`${message} (line ${before.length}, column ${(before.at(-1) ?? '').length + 1} of the expression)`);
    this.name = 'ExpressionError';
  }
}

/** In this order: `5s` is a time and no number. Each is anchored and takes linear time. */
const PATTERNS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['time', /\d{1,9}(?:ms|s|m|h)(?![A-Za-z0-9_.])/y],
  ['number', /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?(?![A-Za-z0-9_.])/y],
  ['name', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['sign', />=|<=|[-+*/()[\]<>,.]/y],
];
const SPACE = /\s+/y;

/** Ends with a token of kind `end`. Throws ExpressionError. */
export function tokensOf(expression: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < expression.length) {
    SPACE.lastIndex = at;
    at += SPACE.exec(expression)?.[0].length ?? 0;
    if (at >= expression.length) break;
    const token = tokenAt(expression, at);
    tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ kind: 'end', text: '', at: expression.length });
  return tokens;
}

function tokenAt(expression: string, at: number): Token {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const text = pattern.exec(expression)?.[0];
    if (text !== undefined) return { kind, text, at };
  }
  throw new ExpressionError(`${JSON.stringify(expression[at])} has no meaning here`, expression, at);
}
