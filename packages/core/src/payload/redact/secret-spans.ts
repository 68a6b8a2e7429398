/** Where secrets are in a text or in bytes: from the first of one to behind its last. Spans may overlap. */
export interface SecretSpan {
  readonly from: number;
  readonly to: number;
}

/** Spans in order, overlapping ones united, empty ones left out. */
export function united(spans: readonly SecretSpan[]): SecretSpan[] {
  const sorted = spans.filter(({ from, to }) => to > from).sort((a, b) => a.from - b.from);
  const result: SecretSpan[] = [];
  for (const span of sorted) {
    const last = result.at(-1);
    if (last !== undefined && span.from <= last.to) {
      result[result.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    } else {
      result.push(span);
    }
  }
  return result;
}
