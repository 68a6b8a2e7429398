import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BpfObject } from '../src/index.ts';
import { compile, kitchenObject, workDirectory } from './fixture.ts';

/** Each function walks 7,000 rounds of a loop with a branch: tenths of a second of the verifier's time. */
function slowObject(functions: number, name = `slow-${functions}`): string {
  const one = (at: number) => `SEC("xdp") int slow_${at}(struct xdp_md *ctx) {
  unsigned long mix = bpf_ktime_get_ns();
#pragma clang loop unroll(disable)
  for (int i = 0; i < 7000; i++) if (mix & 1) mix = mix * 3 + 1; else mix = (mix >> 1) ^ i;
  return mix & 1; }`;
  const source = join(workDirectory, `${name}.c`);
  const functionTexts = Array.from({ length: functions }, (_, at) => one(at)).join('\n');
  const head = '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nchar LICENSE[] SEC("license") = "GPL";';
  writeFileSync(source, `${head}\n${functionTexts}\n`);
  return compile(source, name);
}

test('the event loop turns while the kernel verifies', async () => {
  using object = BpfObject.open(slowObject(4));
  const loop = monitorEventLoopDelay({ resolution: 2 });
  loop.enable();
  const began = performance.now();
  await object.loadInThread();
  const tookMs = performance.now() - began;
  loop.disable();
  assert.ok(loop.max / 1e6 < tookMs / 3, `the loop stood ${loop.max / 1e6} ms of ${tookMs}`);
  assert.ok(object.program('slow_3').fd >= 0);
});

test('two loads at once are both done, and what a refusal says is its own', async () => {
  using slow = BpfObject.open(slowObject(1));
  const source = join(workDirectory, 'thread-bad.c');
  const text = 'SEC("xdp") int bad(struct xdp_md *ctx) { return *(int *)(long)ctx->data; }';
  writeFileSync(source, `#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n${text}\n`);
  const bad = compile(source, 'thread-bad');
  using refused = BpfObject.open(bad);
  using twin = BpfObject.open(bad);
  using kitchen = BpfObject.open(kitchenObject());
  const results = await Promise.allSettled([slow.loadInThread(), refused.loadInThread(), kitchen.loadInThread()]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  const because = results[1]?.status === 'rejected' ? (results[1].reason as Error).message : '';
  assert.match(because, /rejected program bad: /);
  assert.throws(() => twin.load(), { code: 'LIBBPF_ERR_VERIFIER', message: because });
  assert.ok(kitchen.map('hash').fd >= 0);
});

test('an object that is being loaded is closed afterwards, and until then says so', async () => {
  const object = BpfObject.open(slowObject(1));
  const loading = object.loadInThread();
  assert.throws(() => object.setGlobals({}), { code: 'LIBBPF_ERR_STATE', message: /being loaded/ });
  await assert.rejects(object.loadInThread(), { code: 'LIBBPF_ERR_STATE' });
  object.close();
  await assert.rejects(loading, { code: 'LIBBPF_ERR_CLOSED' });
  assert.throws(() => object.program('slow_0').fd, { code: 'LIBBPF_ERR_CLOSED' });
});

test('a process may end at any time of a load, and one that has loaded ends by itself', () => {
  const child = fileURLToPath(new URL('children/load-and-end.ts', import.meta.url));
  const path = slowObject(2);
  for (const after of ['0', '60', '75', 'loaded']) {
    const said = execFileSync(process.execPath, [child, path, after], { encoding: 'utf8', timeout: 30_000 });
    assert.match(said, after === 'loaded' ? /^loaded\n$/ : /^load(ing|ed)\n$/, `after ${after}`);
  }
});
