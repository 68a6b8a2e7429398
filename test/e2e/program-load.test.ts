/** While a user's program is verified, which may take seconds, everything else goes on. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertEvent } from '@netguard/core';
import { Agent } from './support/agent.ts';
import { run, told } from './support/command.ts';
import { httpGet } from './support/http.ts';
import { assertGone, objectsOf } from './support/kernel-objects.ts';
import { Temporary } from './support/temporary.ts';
import { until } from './support/until.ts';

/** 20 functions that each take a tenth of a second of the verifier's time, or more. */
const SLOW = `#include <netguard/kernel.h>
char LICENSE[] SEC("license") = "GPL";
__u64 mixed;
#define SLOW(name) SEC("tp_btf/inet_sock_set_state") int BPF_PROG(name) \\
{ \\
	__u64 mix = bpf_ktime_get_ns(); \\
\\
	_Pragma("clang loop unroll(disable)") \\
	for (int i = 0; i < 7000; i++) { \\
		if (mix & 1) mix = mix * 3 + 1; else mix = (mix >> 1) ^ i; \\
	} \\
	mixed = mix; \\
	return 0; \\
}
${Array.from({ length: 20 }, (_, at) => `SLOW(slow_${at})`).join('\n')}
`;
const COUNT_YAML = `apiVersion: netguard/v1
kind: Program
alerts: [{ name: syns, expr: syns > 50, severity: high }]
`;
const SOURCE_IP = '10.201.7.77';

test('NetGuard that is told to end while it verifies a program ends, and leaves nothing', async () => {
  using directory = new Temporary();
  const slow = directory.write('slow.bpf.c', SLOW);
  await using agent = await Agent.start();
  const loading = agent.cli(['programs', 'load', slow]);
  await until('the thread of the load', () => threadsOf(agent.pid).includes('libbpf-load'), { everyMs: 5 });
  const all = objectsOf(agent.pid);
  const { status } = await agent.stop('SIGTERM');
  assert.equal(status, 0);
  const ended = await loading;
  assert.ok(ended.code === 0 || ended.stderr.includes('error: '), told(ended));
  await assertGone(all);
});

function threadsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).map((id) => readFileSync(`/proc/${pid}/task/${id}/comm`, 'latin1').trim());
}

test('while a program is being verified HTTP answers and alerts are raised', async (t) => {
  using directory = new Temporary();
  const slow = directory.write('slow.bpf.c', SLOW);
  await using agent = await Agent.start();
  const counter = `${import.meta.dirname}/../../examples/syn-count/syn-count.bpf.c`;
  assert.equal((await run('cp', [counter, directory.join('syns.bpf.c')])).code, 0);
  directory.write('syns.yaml', COUNT_YAML);
  const loaded = await agent.cli(['programs', 'load', directory.join('syns.bpf.c')]);
  assert.equal(loaded.code, 0, told(loaded));
  using stream = await agent.stream('alert');

  const state = { isDone: false };
  const began = Date.now();
  const loading = agent.cli(['programs', 'load', slow]).finally(() => {
    state.isDone = true;
  });
  const flood = run('hping3', ['-q', '-S', '-p', '80', '-c', '500', '-i', 'u1000', '-a', SOURCE_IP, '127.0.0.1']);
  let longestMs = 0;
  let answers = 0;
  while (!state.isDone) {
    const asked = Date.now();
    assert.equal((await httpGet(`${agent.url}/healthz`)).status, 200);
    longestMs = Math.max(longestMs, Date.now() - asked);
    answers++;
    await sleep(5);
  }
  const ended = await loading;
  const tookMs = Date.now() - began;
  await flood;
  assert.equal(ended.code, 0, told(ended));
  const alert = stream.of<AlertEvent>('alert').find(({ data }) => data.alert.source?.ip === SOURCE_IP);
  const figures = `loaded in ${tookMs} ms, the longest of ${answers} answers took ${longestMs} ms, the alert came after ${(alert?.atMs ?? Number.NaN) - began} ms`;
  t.diagnostic(figures);
  assert.ok(tookMs > 1000, figures);
  assert.ok(longestMs < tookMs / 3, figures);
  assert.ok(alert !== undefined && alert.atMs < began + tookMs, figures);
});
