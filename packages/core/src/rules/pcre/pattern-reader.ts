import { RegexSyntaxError } from './syntax-error.ts';

/** Flags that hold at one place of an expression; `(?i)` and its like change them for the rest of a group. */
export interface RegexFlags {
  readonly noCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
  readonly extended: boolean;
  readonly ungreedy: boolean;
  /** `$` matches at the very end only. */
  readonly dollarEndOnly: boolean;
}

/** The expression, its reading position, and what was met of it so far. One for a parse. */
export class PatternReader {
  readonly source: string;
  at = 0;
  flags: RegexFlags;
  groups = 0;
  depth = 0;
  nodes = 0;
  readonly names = new Map<string, number>();
  readonly #nodeLimit: number;

  constructor(source: string, flags: RegexFlags, nodeLimit: number) {
    this.source = source;
    this.flags = flags;
    this.#nodeLimit = nodeLimit;
  }

  get isAtEnd(): boolean {
    return this.at >= this.source.length;
  }

  peek(ahead = 0): string {
    return this.source[this.at + ahead] ?? '';
  }

  next(): string {
    return this.source[this.at++] ?? '';
  }

  /** Reads `text` when it is what comes next. */
  take(text: string): boolean {
    if (!this.source.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** Reads what a sticky expression finds here. */
  match(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.at;
    const found = expression.exec(this.source);
    if (found !== null) this.at += found[0].length;
    return found ?? undefined;
  }

  fail(why: string, at = this.at): never {
    throw new RegexSyntaxError(why, at);
  }

  /** Counts a node: what an expression compiles to is bounded. */
  count(nodes = 1): void {
    this.nodes += nodes;
    if (this.nodes > this.#nodeLimit) this.fail(`more than ${this.#nodeLimit} elements`);
  }
}
