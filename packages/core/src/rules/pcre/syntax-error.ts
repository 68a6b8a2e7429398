/** An expression that cannot be compiled: what it is that cannot be, and where in the expression. */
export class RegexSyntaxError extends Error {
  /** Bytes into the expression. */
  readonly at: number;

  constructor(why: string, at: number) {
    super(why);
    this.name = 'RegexSyntaxError';
    this.at = at;
  }
}
