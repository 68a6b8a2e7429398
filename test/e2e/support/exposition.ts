import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Samples of a Prometheus text exposition, label values unescaped. */
export function samples(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)$/i.exec(line);
    if (!match) return [];
    const [, name = '', inner = '', value = ''] = match;
    const labels = Object.fromEntries(
      Array.from(inner.matchAll(/([a-z_]\w*)="((?:[^"\\]|\\.)*)"/gi), ([, label = '', raw = '']) => [
        label,
        raw.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c)),
      ]),
    );
    return [{ name, labels, value: Number(value) }];
  });
}

/** The sum of the samples of a name that carry these labels. */
export function sumOf(text: string, name: string, labels: Readonly<Record<string, string>>): number {
  return samples(text)
    .filter(
      (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    .reduce((sum, { value }) => sum + value, 0);
}

/** Holds an exposition to `promtool check metrics`: syntax, names, help, types. */
export function assertPromtool(text: string): void {
  const { status, error, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  });
  assert.ifError(error);
  assert.equal(`${stdout}${stderr}`.trim(), '');
  assert.equal(status, 0);
}
