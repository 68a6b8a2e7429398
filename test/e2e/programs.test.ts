/** The page on programs, command by command; and what becomes of programs when the configuration changes and NetGuard ends. */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import type { ProgramView } from '../../packages/agent/src/programs/program-view.ts';
import { Agent } from './support/agent.ts';
import { netguardCommand, repository, run, told } from './support/command.ts';
import { getJson } from './support/http.ts';
import { assertGone, objectsOf } from './support/kernel-objects.ts';
import { Temporary } from './support/temporary.ts';
import { until } from './support/until.ts';

const config = { apiVersion: 'netguard/v1', alerts: { resolveAfterMs: 2000 } };
const SOURCE = `${repository}examples/syn-count/syn-count.bpf.c`;

let directory: Temporary;
let agent: Agent;
before(async () => {
  directory = new Temporary();
  agent = await Agent.start({ directory });
});
after(async () => {
  await agent[Symbol.asyncDispose]();
  directory[Symbol.dispose]();
});

interface Step {
  readonly command: string;
  /** Lines that it prints, in which `…` stands for anything and blanks for any number of them. */
  readonly prints: readonly string[];
}

function stepsOf(page: string): Step[] {
  const blocks = [...page.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
  return blocks.flatMap((block) =>
    block
      .split(/^# /m)
      .slice(1)
      .map((text) => {
        const [command = '', ...prints] = text.trimEnd().split('\n');
        return { command, prints };
      }),
  );
}

function asPattern(line: string): RegExp {
  const parts = line.trim().replaceAll(/\s+/g, ' ').split(/ ?… ?/);
  return new RegExp(`^\\s*${parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}\\s*$`);
}

test('the page on programs does what it says, each command as it stands there', async () => {
  const steps = stepsOf(readFileSync(`${repository}docs/guide/programs.md`, 'utf8'));
  assert.ok(steps.length >= 10);
  const env = { PATH: `${dirname(netguardCommand)}:${process.env.PATH}`, NETGUARD_SERVER: agent.url };
  for (const { command, prints } of steps) {
    const ended = await run('sh', ['-c', command], { cwd: repository, env });
    const isRefused = prints[0]?.startsWith('error:') === true;
    if (command.startsWith('netguard ')) assert.equal(ended.code, isRefused ? 1 : 0, `${command}\n${told(ended)}`);
    const lines = (isRefused ? ended.stderr : ended.stdout).split('\n');
    for (const line of prints) {
      const at = lines.findIndex((each) => asPattern(line).test(each.replaceAll(/\s+/g, ' ')));
      assert.ok(at >= 0, `${command} prints no line like: ${line}\n${told(ended)}`);
      lines.splice(0, at + 1);
    }
  }
});

const programs = async (): Promise<readonly ProgramView[]> => {
  const { items } = await getJson<{ items: ProgramView[] }>(`${agent.url}/api/v1/programs`);
  return items.filter(({ origin }) => origin === 'configuration');
};

test('programs of the configuration follow it and their files; a bad file is told, and the version before it runs on', async () => {
  const file = directory.join('count.bpf.c');
  copyFileSync(SOURCE, file);
  directory.write('netguard.yaml', { ...config, programs: { load: [{ file }] } });
  const first = await until('the program', async () => (await programs())[0]);
  assert.equal(first.name, 'count');

  writeFileSync(file, `${readFileSync(SOURCE, 'utf8')}\nint broken = missing;\n`);
  const concern = await until('the refusal', async () =>
    (await agent.status()).degraded.find((sentence) => sentence.includes('Program count')),
  );
  assert.match(concern, /the version before it runs on: compiling count\.bpf\.c: count\.bpf\.c:\d+:14: error: use of/);
  assert.equal((await programs())[0]?.sha256, first.sha256);

  writeFileSync(file, `${readFileSync(SOURCE, 'utf8')}\n`);
  await until('the better file', async () => (await programs())[0]?.sha256 !== first.sha256);
  assert.deepEqual((await agent.status()).degraded, []);

  directory.write('netguard.yaml', config);
  await until('its end', async () => (await programs()).length === 0);
  const audits = agent.process.stderr.split('\n').filter((line) => line.includes('"code":"AUDIT"'));
  const told = audits.map((line) => JSON.parse(line) as Record<string, string>).filter(({ name }) => name === 'count');
  assert.deepEqual(
    told.map(({ action, access, remote }) => [action, access, remote]),
    [
      ['program.load', 'configuration', file],
      ['program.load', 'configuration', file],
      ['program.unload', 'configuration', file],
    ],
  );
  assert.equal(told[0]?.sha256, first.sha256);
});

test('SIGTERM and SIGKILL leave nothing of them', async () => {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    await using own = await Agent.start();
    const before = objectsOf(own.pid);
    const loaded = await own.cli(['programs', 'load', SOURCE]);
    assert.equal(loaded.code, 0, told(loaded));
    const all = objectsOf(own.pid);
    assert.ok(all.prog.size > before.prog.size && all.map.size > before.map.size && all.link.size > before.link.size);
    await own.stop(signal);
    await assertGone(all);
  }
});
