/** For tests only: a program's series with names that are known to nobody else. */
import { NO_SPEC, parseProgramSpec } from '../parse-spec.ts';
import { ProgramSeries } from '../program-series.ts';
import type { ReadableMap, SeriesNames } from '../types.ts';

export const WEB_CGROUP = 77;

/** `late` is a cgroup whose name is still to come. */
export const testNames: SeriesNames & { late: number } = {
  late: 0,
  cgroup: (id) => {
    if (id === testNames.late) return 'pending';
    if (id !== WEB_CGROUP && id !== WEB_CGROUP + 1) return undefined;
    return {
      ip: '',
      kind: 'pod',
      namespace: 'shop',
      pod: `web-${id}`,
      container: 'app',
      workload: { kind: 'Deployment', name: 'web' },
    };
  },
  address: (ip) => ({ ip, kind: 'world' }),
  command: (pid) => (pid === 231 ? 'curl' : undefined),
};

/** `yaml`: what follows apiVersion and kind. */
export function seriesOf(maps: readonly ReadableMap[], yaml = ''): ProgramSeries {
  const text = `apiVersion: netguard/v1\nkind: Program\n${yaml}`;
  const spec = yaml === '' ? NO_SPEC : parseProgramSpec(text, 'test.yaml');
  return new ProgramSeries({ program: 'test', spec, maps, names: testNames, rings: ['events'] });
}

/** Every sample as `name{a="b"} value`, without the program's own part of names and labels. */
export function lines(series: ProgramSeries, nowMs = 1000): string[] {
  return series.read(nowMs).flatMap(({ name, samples }) => {
    return samples.map(({ labels: { program, ...labels }, value, metricName = name }) => {
      const inner = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
      const short = metricName.replace('netguard_program_test_', '');
      return `${short}${inner.length === 0 ? '' : `{${inner.join(',')}}`} ${value}`;
    });
  });
}
