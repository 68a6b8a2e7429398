import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../testing/until.ts';
import { BpftraceScript } from './bpftrace-script.ts';
import { programFile } from './program-file.ts';
import type { ProgramRequest } from './running-program.ts';

/** Speaks as bpftrace does; the script that it is given is the shell's, which says what comes of it. */
const DOUBLE = `#!/bin/sh
[ "$1 $2 $3" = "-f json -" ] || exit 9
script=$(cat)
announced() { echo '{"type": "attached_probes", "data": {"probes": 1}}'; }
attached() { announced; echo '{"type": "printf", "data": "attached"}'; }
eval "$script"
`;
const directory = mkdtempSync(join(tmpdir(), 'netguard-bpftrace-'));
writeFileSync(join(directory, 'bpftrace'), DOUBLE, { mode: 0o755 });
after(() => rmSync(directory, { recursive: true }));
const OPTIONS = { path: `${directory}:/usr/bin:/bin`, firstRetryMs: 5 };

function request(script: string, more: Partial<ProgramRequest> = {}): ProgramRequest {
  const file = programFile('top.bt', Buffer.from(script));
  return { name: 'top', file, set: {}, pin: false, path: 'top.bt', origin: 'api', by: 'test', ...more };
}

const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

test('what a script prints are its maps, also as series are made of them, and it ends when it is closed', async () => {
  const said = `announced; echo '{"type": "map", "data": {"@bytes": {"curl": 120}}}'; exec sleep 100`;
  const script = await BpftraceScript.start(request(said), OPTIONS);
  const pid = script.pid!;
  await until(() => script.view().maps.length === 1);
  assert.deepEqual(script.dump(10), [
    { map: '@bytes', type: 'bpftrace', entries: [{ key: 'curl', value: 120 }], isCut: false },
  ]);
  const [map] = script.readable();
  assert.deepEqual([map?.name, map?.keyType.kind, map?.valueType.kind], ['bytes', 'struct', 'int']);
  assert.deepEqual([...(map?.entries() ?? [])], [[{ key: 'curl' }, 120]]);
  await script.close();
  await script.close();
  assert.equal(isAlive(pid), false);
});

test('maps that the script fills are named before it has printed them', async () => {
  const script = await BpftraceScript.start(request(`attached; : '@n[comm] = count();'; exec sleep 100`), OPTIONS);
  assert.deepEqual(
    script.view().maps.map(({ name, maxEntries }) => [name, maxEntries]),
    [['@n', 0]],
  );
  assert.deepEqual(
    script.readable().map(({ name, numberIs }) => [name, numberIs]),
    [['n', 'counter']],
  );
  await script.close();
});

test('a script that does not start is refused with what bpftrace says of its line', async () => {
  const said = `echo "stdin:3:1-5: ERROR: Unknown function: cuont" >&2; exit 1`;
  await assert.rejects(BpftraceScript.start(request(said), OPTIONS), {
    code: 'NG_ERR_PROGRAM_SCRIPT',
    message: 'starting top.bt: top.bt:3:1-5: ERROR: Unknown function: cuont',
  });
  const late = `announced; echo 'ERROR: Error attaching probe: kprobe:nothing' >&2; exit 255`;
  await assert.rejects(BpftraceScript.start(request(late), OPTIONS), /Error attaching probe: kprobe:nothing/);
  await assert.rejects(BpftraceScript.start(request('kill -SEGV $$'), OPTIONS), {
    message: 'starting top.bt: bpftrace ended with signal SIGSEGV',
    hint: /^Try "bpftrace --version"/,
  });
  await assert.rejects(BpftraceScript.start(request('attached', { cgroup: '/x' }), OPTIONS), /scripts take none of/);
  await assert.rejects(
    BpftraceScript.start(request('attached'), { path: '/usr/bin' === directory ? '' : '/nowhere' }),
    {
      hint: /apt-get install util-linux/,
    },
  );
});

test('a script that fails after it ran is started again, ever later; one that exits stays as it was', async () => {
  const failing = await BpftraceScript.start(request('attached; exit 3'), OPTIONS);
  await until(() => failing.view().restarts >= 3);
  assert.match(failing.view().problem ?? 'none', /ended with status 3|none/);
  await failing.close();
  const { restarts } = failing.view();
  const done = `attached; echo '{"type": "map", "data": {"@n": 4}}'`;
  const ended = await BpftraceScript.start(request(done), OPTIONS);
  await until(() => ended.view().state === 'ended');
  assert.deepEqual([ended.view().restarts, ended.dump(1)[0]?.entries], [0, [{ key: '', value: 4 }]]);
  await ended.close();
  assert.equal(failing.view().restarts, restarts);
});

test('after a restart its maps are the same, and empty until they are printed again', async () => {
  const flag = join(directory, 'ran-once');
  const said = `if [ -e ${flag} ]; then attached; exec sleep 100; fi; touch ${flag}; attached
echo '{"type": "map", "data": {"@cur": 5}}'; sleep 0.2; exit 3`;
  const script = await BpftraceScript.start(request(said), OPTIONS);
  await until(() => script.readable().length === 1);
  const [before] = script.readable();
  await until(() => script.view().restarts === 1 && script.view().state === 'running');
  assert.deepEqual(
    script.view().maps.map(({ name, maxEntries }) => [name, maxEntries]),
    [['@cur', 0]],
  );
  assert.equal(script.readable()[0], before);
  assert.deepEqual([...(before?.entries() ?? [])], []);
  await script.close();
});

test('a start that hangs is given up when NetGuard stops', async () => {
  const stopping = new AbortController();
  const began = performance.now();
  const start = BpftraceScript.start(request('exec sleep 100'), { ...OPTIONS, signal: stopping.signal });
  setTimeout(() => stopping.abort(), 50);
  await assert.rejects(start, { code: 'NG_ERR_PROGRAM_SCRIPT', message: 'starting top.bt: NetGuard is stopping' });
  assert.ok(performance.now() - began < 10_000);
});

test('without a free descriptor a restart fails and is tried again, and the process goes on', async () => {
  const here = (name: string) => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));
  const starver = join(directory, 'starver.ts');
  writeFileSync(
    starver,
    `import { closeSync, openSync } from 'node:fs';
const { BpftraceScript } = await import(${here('bpftrace-script.ts')});
const { programFile } = await import(${here('program-file.ts')});
const file = programFile('top.bt', Buffer.from('attached; sleep 0.1; exit 3'));
const script = await BpftraceScript.start({ name: 'top', file, set: {}, pin: false }, ${JSON.stringify(OPTIONS)});
const taken = [];
try { for (;;) taken.push(openSync('/dev/null', 'r')); } catch {}
while (script.view().restarts < 2) await new Promise((resolve) => setTimeout(resolve, 5));
for (const descriptor of taken) closeSync(descriptor);
const { restarts } = script.view();
while (script.view().restarts < restarts + 2) await new Promise((resolve) => setTimeout(resolve, 5));
console.log('went on');
process.exit(0);`,
  );
  const child = spawn('/bin/sh', ['-c', `ulimit -n 100; exec ${process.execPath} ${starver}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: Buffer[] = [];
  for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => said.push(chunk));
  const [status] = (await once(child, 'close')) as [number];
  assert.deepEqual([status, Buffer.concat(said).toString()], [0, 'went on\n']);
});

test('SIGKILL of the agent kills the script', async () => {
  const here = (name: string) => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));
  const holder = join(directory, 'holder.ts');
  writeFileSync(
    holder,
    `const { BpftraceScript } = await import(${here('bpftrace-script.ts')});
const { programFile } = await import(${here('program-file.ts')});
const file = programFile('top.bt', Buffer.from('attached; exec sleep 100'));
const script = await BpftraceScript.start({ name: 'top', file, set: {}, pin: false }, ${JSON.stringify(OPTIONS)});
console.log(script.pid);
setInterval(() => undefined, 1000);`,
  );
  const parent = spawn(process.execPath, [holder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  assert.equal(isAlive(pid), true);
  parent.kill('SIGKILL');
  await until(() => !isAlive(pid));
});
