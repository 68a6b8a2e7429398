const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/**
 * The last `width` values as bars, the largest of them full height; zero is the lowest bar, nothing at all is blank. Short
 * histories are filled from the left. Each value is one column; when there are more values than columns, each column is the largest of its share.
 */
export function sparkline(values: readonly number[], width: number): string {
  if (width <= 0) return '';
  const columns = values.length > width ? share(values, width) : values;
  const peak = Math.max(0, ...columns);
  let line = ' '.repeat(Math.max(0, width - columns.length));
  for (const value of columns) {
    if (!(value > 0)) line += peak > 0 ? '▁' : ' ';
    else line += BARS[Math.min(BARS.length - 1, Math.max(1, Math.round((value / peak) * (BARS.length - 1))))] ?? '█';
  }
  return line;
}

function share(values: readonly number[], width: number): number[] {
  const columns: number[] = [];
  for (let i = 0; i < width; i++) {
    const from = Math.floor((i * values.length) / width);
    const to = Math.max(from + 1, Math.floor(((i + 1) * values.length) / width));
    columns.push(Math.max(...values.slice(from, to)));
  }
  return columns;
}
