import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BpftraceLines } from './bpftrace-lines.ts';
import { ProgramExports } from './program-exports.ts';
import { programFile } from './program-file.ts';
import type { RunningProgram } from './running-program.ts';
import { aggregationsOf } from './script-aggregations.ts';
import { scriptMaps } from './script-maps.ts';
import { testNames } from './series/testing/series-of.ts';

/** A script that prints what it is told to. */
function exportsOf(script: string) {
  const lines = new BpftraceLines();
  const aggregations = aggregationsOf(script);
  const running: RunningProgram = {
    hasLaterMaps: true,
    view: () => ({
      state: 'running',
      hooks: [],
      maps: [],
      events: { taken: 0, dropped: 0, fullLooks: 0 },
      restarts: 0,
    }),
    readable: () => scriptMaps(aggregations, () => lines.maps),
    rings: () => [],
    dump: () => [],
    close: async () => undefined,
  };
  const file = programFile('top.bt', Buffer.from(script));
  const request = { name: 'top', file, set: {}, pin: false, path: 'top.bt', origin: 'api', by: 'test' } as const;
  return { exported: new ProgramExports(request, running, testNames), take: (text: string) => lines.take(`${text}\n`) };
}

test('a map that is printed late and would be the metric of another is told, and the others go on', async () => {
  const { exported, take } = exportsOf('BEGIN { @n = count(); @n_total = 5; }');
  take('{"type": "map", "data": {"@n": 3}}');
  const names = async (nowMs: number) => (await exported.families(nowMs)).map(({ name }) => name);
  assert.deepEqual(await names(1000), ['netguard_program_top_n_total']);
  assert.equal(exported.problem, undefined);
  take('{"type": "map", "data": {"@n_total": 5}}');
  assert.deepEqual(await names(2000), ['netguard_program_top_n_total']);
  assert.match(exported.problem ?? '', /would both be netguard_program_top_n_total/);
});
