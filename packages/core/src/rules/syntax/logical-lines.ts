/** A line with those that continue it joined. */
export interface LogicalLine {
  readonly text: string;
  /** Where each physical line begins in `text`, and its number from 1. */
  readonly parts: readonly { readonly start: number; readonly line: number }[];
}

/** Lines of a rule file that hold something. A backslash at the end of a line continues it in the next. */
export function* logicalLines(source: string): Generator<LogicalLine> {
  let text = '';
  let parts: { start: number; line: number }[] = [];
  let line = 0;
  for (let at = 0; at <= source.length; ) {
    const newline = source.indexOf('\n', at);
    const end = newline < 0 ? source.length : newline;
    const physical = source.slice(at, end).replace(/\r$/, '');
    at = end + 1;
    line++;
    parts.push({ start: text.length, line });
    if (physical.endsWith('\\') && newline >= 0) {
      text += physical.slice(0, -1);
      continue;
    }
    text += physical;
    if (text.trim() !== '') yield { text, parts };
    text = '';
    parts = [];
  }
}

/** The line and column (both from 1) of a character of a logical line. */
export function placeOf({ parts }: LogicalLine, at: number): { readonly line: number; readonly column: number } {
  const part = parts.findLast(({ start }) => start <= at) ?? parts[0];
  return part === undefined ? { line: 1, column: at + 1 } : { line: part.line, column: at - part.start + 1 };
}
