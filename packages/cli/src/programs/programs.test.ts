import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ProgramView } from '../client/api-types.ts';
import { palette } from '../text/palette.ts';
import { dumpLines, programLines, programTable } from './program-text.ts';
import { parseSettings, readProgram } from './read-program.ts';

const directory = mkdtempSync(join(tmpdir(), 'netguard-programs-'));
after(() => rmSync(directory, { recursive: true }));

const program: ProgramView = {
  name: 'syn-count',
  file: 'syn-count.bpf.c',
  kind: 'source',
  sha256: 'ab12',
  path: '/home/ann/syn-count.bpf.c',
  origin: 'api',
  loadedBy: 'ann\x1b[2J',
  loadedAt: '2026-11-25T12:00:00.000Z',
  set: { port: '53' },
  pin: false,
  hasSpec: true,
  state: 'running',
  hooks: [{ function: 'f', section: 'cgroup_skb/egress', target: '/sys/fs/cgroup', instructions: 40 }],
  maps: [{ name: 'syns', type: 'lru_hash', maxEntries: 64, bytes: 2000 }],
  events: { taken: 5, dropped: 2, fullLooks: 1 },
  restarts: 0,
};

test('a file is sent with the YAML beside it', async () => {
  const file = join(directory, 'x.bpf.c');
  writeFileSync(file, 'int x;');
  assert.deepEqual(await readProgram(file), { file, content: 'aW50IHg7' });
  writeFileSync(join(directory, 'x.yaml'), 'kind: Program\n');
  assert.equal((await readProgram(file)).spec, 'kind: Program\n');
  await assert.rejects(readProgram(join(directory, 'none.bt')), { code: 'NG_ERR_CLI_USAGE', exitStatus: 2 });
  await assert.rejects(readProgram(join(directory, 'x.c')), { hint: /NAME\.bpf\.c/ });
  const large = join(directory, 'large.bpf.o');
  writeFileSync(large, new Uint8Array(4 * 1024 * 1024 + 1));
  await assert.rejects(readProgram(large), { code: 'NG_ERR_CLI_USAGE', message: /it has 4194305 bytes/ });
});

test('settings are KEY=VALUE', () => {
  assert.deepEqual(parseSettings(['a=1', 'b=x=y', 'c=']), { a: '1', b: 'x=y', c: '' });
  for (const bad of ['a', '=1', '1a=2', 'a b=1'])
    assert.throws(() => parseSettings([bad]), { code: 'NG_ERR_CLI_USAGE' });
});

test('a program is a line, or all that is known of it; names of others steer no terminal', () => {
  const [titles, line = ''] = programTable(
    [program],
    palette({ colour: false }),
    Date.parse(program.loadedAt) + 90_000,
  );
  assert.match(titles ?? '', /^NAME +STATE +AGE +HOOKS +MAPS +KIB +BY +FILE$/);
  assert.match(line, /^syn-count +running +1m 30s +1 +1 +2 +ann\\x1b\[2J +syn-count\.bpf\.c$/);
  const text = programLines(program).join('\n');
  assert.match(text, /^ {2}set +port=53$/m);
  assert.match(text, /^ {2}hook +f at cgroup_skb\/egress of \/sys\/fs\/cgroup, 40 instructions$/m);
  assert.match(text, /^ {2}events +5 taken, 2 dropped over the limit, ring found full 1 times$/m);
  assert.equal(text.includes('\u001b'), false);
});

test('of a script it is told what it printed and what it lost', () => {
  const maps = [{ name: '@bytes', type: 'bpftrace', maxEntries: 3, bytes: 0 }];
  const problem = "line 3: Map full; can't update element";
  const script = {
    ...program,
    kind: 'bpftrace',
    maps,
    events: { taken: 0, dropped: 4, fullLooks: 0 },
    problem,
  } as const;
  const text = programLines(script).join('\n');
  assert.match(text, /^ {2}map +@bytes: 3 entries as it was printed last$/m);
  assert.match(text, /^ {2}events +4 lost or refused$/m);
  assert.match(text, /^ {2}problem +line 3: Map full; can't update element$/m);
});

test('entries are printed one a line', () => {
  const dump = { map: 'syns', type: 'hash', entries: [{ key: { a: 'x\x1b' }, value: 7 }], isCut: true };
  assert.deepEqual(dumpLines([dump]), ['syns (hash): 1 of more entries', '  {"a":"x\\u001b"}  7']);
  const one = { map: 'm', type: 'hash', entries: [{ key: 1, value: 2 }], isCut: false, noMetrics: 'it has no types' };
  assert.deepEqual(dumpLines([one, { ...one, map: 'q', type: 'queue', entries: [] }]), [
    'm (hash): 1 entry; no metrics: it has no types',
    '  1  2',
    'q (queue): not read: it has no types',
  ]);
});
