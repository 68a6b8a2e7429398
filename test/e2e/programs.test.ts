/** The page on programs, command by command; and what becomes of programs when the configuration changes and NetGuard ends. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { findCgroupMount } from '../../packages/agent/src/identify/cgroup-tree.ts';
import type { ProgramView } from '../../packages/agent/src/programs/program-view.ts';
import type { ProgramEvent } from '../../packages/agent/src/programs/series/types.ts';
import { Lab } from '../../packages/cli/src/lab/lab.ts';
import { debianBpftrace } from '../../tools/kernels/debian-bpftrace.ts';
import { Agent } from './support/agent.ts';
import { type Ended, netguardCommand, repository, run, told } from './support/command.ts';
import { sumOf } from './support/exposition.ts';
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
  const bpftrace = process.arch === 'x64' ? [await debianBpftrace()] : [];
  agent = await Agent.start({ directory, env: { PATH: [...bpftrace, process.env.PATH].join(delimiter) } });
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

/** Undefined when the command did what the page says. */
function problemOf({ command, prints }: Step, ended: Ended): string | undefined {
  const isRefused = prints[0]?.startsWith('error:') === true;
  const isOurs = command.startsWith('netguard ');
  if (isOurs && ended.code !== (isRefused ? 1 : 0)) return `${command}\n${told(ended)}`;
  const lines = (isRefused ? ended.stderr : ended.stdout).split('\n').map((line) => line.replaceAll(/\s+/g, ' '));
  for (const line of prints) {
    const at = lines.findIndex((each) => asPattern(line).test(each));
    if (at < 0) return `${command} prints no line like: ${line}\n${told(ended)}`;
    lines.splice(0, at + 1);
  }
  return undefined;
}

test('the page on programs does what it says, each command as it stands there', async () => {
  const steps = stepsOf(readFileSync(`${repository}docs/guide/programs.md`, 'utf8'));
  assert.ok(steps.length >= 10);
  const env = { PATH: `${dirname(netguardCommand)}:${process.env.PATH}`, NETGUARD_SERVER: agent.url };
  for (const step of steps) {
    const wrong = async () => problemOf(step, await run('sh', ['-c', step.command], { cwd: repository, env }));
    /* What is only looked at may be a reading old. */
    const isLook = /^(?:curl|netguard (?:alerts|programs (?:list|show|maps))) /.test(step.command);
    let problem = await wrong();
    for (const limit = Date.now() + 5000; problem !== undefined && isLook && Date.now() < limit; )
      problem = await wrong();
    assert.equal(problem, undefined);
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

/** A record for each datagram to port 4321 that its cgroup sends. */
const TELLING = `#include <netguard/kernel.h>
char LICENSE[] SEC("license") = "GPL";
struct told { __u64 cgroup_id; __be16 port_be; __u16 length; };
struct told *unused __attribute__((unused));
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 65536); } records SEC(".maps");
SEC("cgroup_skb/egress") int tell(struct __sk_buff *skb)
{
	struct told told = { .cgroup_id = bpf_skb_cgroup_id(skb), .length = skb->len };

	if (!bpf_skb_load_bytes(skb, 22, &told.port_be, 2) && told.port_be == bpf_htons(4321))
		bpf_ringbuf_output(&records, &told, sizeof(told), 0);
	return 1;
}
`;
const TELLING_YAML = 'apiVersion: netguard/v1\nkind: Program\nevents: { records: { type: told } }\n';

test('maps of pods have the names of pods, and records of a ring buffer are events of the stream', async () => {
  await using lab = await Lab.open();
  const pod = await lab.addPod({ namespace: 'shop', name: 'web-1' });
  await using own = await Agent.start({ lab });
  directory.write('telling.yaml', TELLING_YAML);
  const telling = directory.write('telling.bpf.c', TELLING);
  const traffic = `${repository}examples/pod-traffic/pod-traffic.bpf.c`;
  for (const file of [traffic, telling]) {
    const loaded = await own.cli(['programs', 'load', file, '--cgroup', findCgroupMount().mountPoint]);
    assert.equal(loaded.code, 0, told(loaded));
  }
  using stream = await own.stream('program');
  const sender = `const s = require('node:dgram').createSocket('udp4'); let n = 0;
const next = () => (n++ < 20 ? s.send(Buffer.alloc(72), 4321, '${pod.ip}', next) : s.close()); next();`;
  const child = pod.spawn(process.execPath, ['-e', sender], { stdio: 'inherit' });
  await once(child, 'exit');
  const sent = async () =>
    sumOf(await own.metrics(), 'netguard_program_pod_traffic_traffic_transmit_packets_total', {
      namespace: 'shop',
      pod: 'web-1',
    });
  await until('the packets of the pod by its name', async () => (await sent()) >= 20);
  const events = await until('the records', () => {
    const found = stream.of<ProgramEvent>('program');
    return found.length >= 20 ? found : undefined;
  });
  assert.equal(events.length, 20);
  const [{ data } = { data: undefined }] = events;
  assert.deepEqual([data?.program, data?.map], ['telling', 'records']);
  assert.deepEqual([data?.fields.port, data?.fields.length], [4321, 100]);
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
