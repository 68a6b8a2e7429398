/**
 * Expressions over the samples of a program's maps:
 *
 *     alert   = sum [ (">" | ">=" | "<" | "<=") sum ]
 *     sum     = product { ("+" | "-") product }
 *     product = unary { ("*" | "/") unary }
 *     unary   = "-" unary | number | "(" sum ")" | sample
 *             | "rate" "(" sample ( "," time | "[" time "]" ) ")"
 *             | "sum" [ "by" "(" label { "," label } ")" ] "(" sum ")"
 *     sample  = map [ "." field ]
 */

import { SERIES_LIMITS } from '../limits.ts';
import { durationMs } from '../spec-schema.ts';
import { ExpressionError, type Token, tokensOf } from './tokens.ts';

export interface SampleName {
  readonly map: string;
  /** '' where the map has one sample only. */
  readonly field: string;
}

export type Expression = { readonly at: number } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'sample'; readonly sample: SampleName }
  | { readonly kind: 'rate'; readonly sample: SampleName; readonly windowMs: number }
  | { readonly kind: 'sum'; readonly by: readonly string[]; readonly of: Expression }
  | { readonly kind: 'negate'; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
);

export type Operator = '+' | '-' | '*' | '/';
export type Comparison = '>' | '>=' | '<' | '<=';

export interface AlertExpression {
  readonly value: Expression;
  readonly comparison: { readonly operator: Comparison; readonly level: Expression } | undefined;
}

/** Throws ExpressionError, saying what was expected and where. */
export function parseExpression(text: string): AlertExpression {
  return new Parser(text).alert();
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #nodes = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  alert(): AlertExpression {
    const value = this.#sum();
    const operator = this.#take('>', '>=', '<', '<=');
    const comparison = operator && { operator: operator.text as Comparison, level: this.#sum() };
    if (this.#token.kind !== 'end') throw this.#unexpected(comparison ? 'the end' : 'an operator or a comparison');
    return { value, comparison };
  }

  get #token(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '', at: this.#text.length };
  }

  #sum(): Expression {
    return this.#chain(() => this.#product(), '+', '-');
  }

  #product(): Expression {
    return this.#chain(() => this.#unary(), '*', '/');
  }

  #chain(operand: () => Expression, ...operators: Operator[]): Expression {
    let left = operand();
    for (;;) {
      const operator = this.#take(...operators);
      if (operator === undefined) return left;
      const right = operand();
      left = this.#node({ kind: 'binary', operator: operator.text as Operator, left, right, at: operator.at });
    }
  }

  #unary(): Expression {
    if (++this.#depth > SERIES_LIMITS.expressionDepth) {
      throw this.#error(`it is nested more than ${SERIES_LIMITS.expressionDepth} deep`, this.#token);
    }
    const minus = this.#take('-');
    const node = minus ? this.#node({ kind: 'negate', of: this.#unary(), at: minus.at }) : this.#primary();
    this.#depth--;
    return node;
  }

  #primary(): Expression {
    const token = this.#token;
    if (token.kind === 'number') {
      this.#next++;
      return this.#node({ kind: 'number', value: Number(token.text), at: token.at });
    }
    if (this.#take('(')) {
      const inner = this.#sum();
      this.#expect(')');
      return inner;
    }
    if (token.kind !== 'name') throw this.#unexpected('a number, a sample, rate, sum or (');
    const after = this.#tokens[this.#next + 1];
    if (token.text === 'rate' && after?.text === '(') return this.#rate();
    if (token.text === 'sum' && (after?.text === '(' || after?.text === 'by')) return this.#sumBy();
    return this.#node({ kind: 'sample', sample: this.#sample(), at: token.at });
  }

  #rate(): Expression {
    const { at } = this.#token;
    this.#next++;
    this.#expect('(');
    const sample = this.#sample();
    // As PromQL has it, too: rate(syns[5s]).
    const bracket = this.#take('[');
    if (!bracket) this.#expect(',');
    const window = this.#token;
    if (window.kind !== 'time') throw this.#unexpected('a time such as 5s');
    this.#next++;
    if (bracket) this.#expect(']');
    this.#expect(')');
    const windowMs = durationMs(window.text);
    const { shortestWindowMs, longestWindowMs } = SERIES_LIMITS;
    if (windowMs < shortestWindowMs || windowMs > longestWindowMs) {
      throw this.#error(`${window.text} is not between 1s and 10m`, window);
    }
    return this.#node({ kind: 'rate', sample, windowMs, at });
  }

  #sumBy(): Expression {
    const { at } = this.#token;
    this.#next++;
    const by: string[] = [];
    if (this.#take('by')) {
      this.#expect('(');
      do by.push(this.#name('a label'));
      while (this.#take(','));
      this.#expect(')');
    }
    this.#expect('(');
    const of = this.#sum();
    this.#expect(')');
    return this.#node({ kind: 'sum', by, of, at });
  }

  #sample(): SampleName {
    const map = this.#name('a map');
    return { map, field: this.#take('.') ? this.#name('a field') : '' };
  }

  #name(what: string): string {
    const token = this.#token;
    if (token.kind !== 'name') throw this.#unexpected(what);
    this.#next++;
    return token.text;
  }

  /** The token, which is passed, if it is one of these. */
  #take(...texts: string[]): Token | undefined {
    const token = this.#token;
    if ((token.kind !== 'sign' && token.kind !== 'name') || !texts.includes(token.text)) return undefined;
    this.#next++;
    return token;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#unexpected(text);
  }

  #node(node: Expression): Expression {
    if (++this.#nodes <= SERIES_LIMITS.expressionNodes) return node;
    throw this.#error(`it has more than ${SERIES_LIMITS.expressionNodes} parts`, this.#token);
  }

  #unexpected(expected: string): ExpressionError {
    const token = this.#token;
    const found = token.kind === 'end' ? 'the end' : JSON.stringify(token.text);
    return this.#error(`expected ${expected}, found ${found}`, token);
  }

  #error(message: string, { at }: Token): ExpressionError {
    return new ExpressionError(message, this.#text, at);
  }
}
