import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DaemonPrograms } from './daemon-programs.ts';
import type { ProgramHost } from './program-host.ts';
import type { SeriesFamily } from './series/types.ts';

function family(name: string, type: SeriesFamily['type'], program: string): SeriesFamily {
  return { name, type, help: '', samples: [{ labels: { program }, value: 1 }] };
}

/** Programs of which nothing is known but the metrics of their maps. */
function deskOf(loaded: Map<string, readonly SeriesFamily[]>) {
  const exports = () => Array.from(loaded.values(), (families) => ({ families: async () => families }));
  const concerns = new Map<string, string>();
  const desk = new DaemonPrograms({
    host: { exports } as unknown as ProgramHost,
    state: { concerns, now: () => 0 },
    logger: {} as never,
    audit: () => undefined,
    onMeasured: () => undefined,
    onRead: () => undefined,
  });
  return { desk, concerns };
}

test('two programs that quarrel about a metric are a concern until one of them leaves', async () => {
  const loaded = new Map([
    ['one', [family('syns', 'counter', 'one'), family('rtt', 'gauge', 'one')]],
    ['two', [family('syns', 'gauge', 'two'), family('rtt', 'gauge', 'two')]],
  ]);
  const { desk, concerns } = deskOf(loaded);
  const shown = await desk.families(0);
  assert.deepEqual(
    shown.map(({ name, type, samples }) => [name, type, samples.map(({ labels }) => labels.program)]),
    [
      ['syns', 'counter', ['one']],
      ['rtt', 'gauge', ['one', 'two']],
    ],
  );
  assert.deepEqual([...concerns.keys()], ['program metrics']);
  assert.match(concerns.get('program metrics') ?? '', /same name and another type: of syns those of the later/);

  loaded.delete('one');
  assert.deepEqual(
    (await desk.families(0)).map(({ name, type }) => [name, type]),
    [
      ['syns', 'gauge'],
      ['rtt', 'gauge'],
    ],
  );
  assert.deepEqual([...concerns], []);
});
