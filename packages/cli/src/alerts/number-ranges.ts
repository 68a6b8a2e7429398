/** `[80, 22, 23, 24, 443]` as `22–24`, `80`, `443`: sorted, without repetition, runs of three and more drawn together. */
export function numberRanges(values: readonly number[]): string[] {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const ranges: string[] = [];
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    while (sorted[end + 1] === (sorted[end] ?? Number.NaN) + 1) end++;
    if (end - start >= 2) ranges.push(`${sorted[start]}–${sorted[end]}`);
    else for (let at = start; at <= end; at++) ranges.push(String(sorted[at]));
    start = end + 1;
  }
  return ranges;
}
