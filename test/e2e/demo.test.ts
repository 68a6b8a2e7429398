/** `netguard demo` as a newcomer sees it, and as it must go: whatever ends it, nothing stays behind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runIdPrefix } from '../../packages/cli/src/lab/run-id.ts';
import { assertNothingLeft, leftovers } from '../lab/leftovers.ts';
import { Background } from './support/background.ts';
import { netguardCommand, repository } from './support/command.ts';
import { assertGone, assertWatching, objectsOf } from './support/kernel-objects.ts';
import { descendants } from './support/processes.ts';
import { Temporary } from './support/temporary.ts';
import { until } from './support/until.ts';

function demo(directory: Temporary, ...args: string[]): Background {
  return new Background(netguardCommand, [
    'demo',
    '--plain',
    '--listen',
    '127.0.0.1:0',
    '--state-dir',
    directory.path,
    ...args,
  ]);
}

/** Waits until the demo is watching and says what it holds in the kernel. */
async function watching(running: Background, pid = running.pid) {
  await running.says(/NetGuard is watching/);
  const objects = objectsOf(pid);
  assertWatching(objects);
  assert.ok(leftovers(runIdPrefix(pid)).length > 10, 'its pods are there');
  return objects;
}

test('netguard demo --once without a terminal shows pods, traffic, the alert and its end, and leaves nothing', async (t) => {
  using directory = new Temporary();
  await using running = demo(directory, '--once', '--attack-after', '5s');
  const start = performance.now();
  const objects = await watching(running);
  const status = await running.ended(120_000);
  t.diagnostic(`it took ${((performance.now() - start) / 1000).toFixed(0)} s`);
  const { stdout, stderr } = running;
  assert.equal(status, 0, stdout + stderr);
  assert.equal(stderr, '');
  assert.doesNotMatch(stdout, /[^\P{Cc}\n]/u, 'no terminal codes');
  // Pods with names, workloads and traffic that is not zero.
  assert.match(stdout, /^POD +WORKLOAD +RX\/S/m);
  for (const pod of ['shop/web-', 'shop/api-', 'shop/db-0', 'shop/cache-', 'clients/shopper-']) {
    const row = stdout.split('\n').find((line) => line.startsWith(pod));
    assert.match(
      row ?? '',
      /^\S+ +(deployment|statefulset)\/\S+ .* [1-9][\d.]* [kM]?B +[1-9][\d.]* [kM]?B$/,
      `${pod}\n${stdout}`,
    );
  }
  // The alert in full, then its end, then what was seen.
  const card = stdout.slice(stdout.indexOf('alert, '), stdout.indexOf('What to do'));
  assert.match(card, /SYN flood on shop\/web-\S+:80/);
  assert.match(card, /Target +shop\/web-\S+:80 \(10\.[\d.]+, deployment\/web\)/);
  assert.match(card, /Source +~\d+ addresses \(no single one/);
  assert.match(card, /rule syn-flood/);
  assert.match(stdout, /the alert resolved by itself/);
  assert.match(stdout, /✓ the attack \([\d,]+ SYNs\) was told \d+ ms after it began, and its alert resolved by itself/);
  await assertGone(objects);
  assert.deepEqual(leftovers(runIdPrefix(running.pid)), []);
});

test('kill -9 of a demo leaves nothing, three times, under attack too', async () => {
  using directory = new Temporary();
  for (const args of [[], ['--attack-after', '0s'], []]) {
    await using running = demo(directory, ...args);
    const objects = await watching(running);
    if (args.length > 0) await running.says(/attack: a SYN flood/);
    await running.stop('SIGKILL');
    await assertNothingLeft(runIdPrefix(running.pid), 10_000);
    await assertGone(objects);
  }
});

for (const [signal, status] of [
  ['SIGTERM', 0],
  ['SIGINT', 130],
] as const) {
  test(`${signal} to the launcher ends a demo under attack within ten seconds, with status ${status} and nothing left`, async () => {
    using directory = new Temporary();
    await using running = demo(directory, '--attack-after', '0s');
    const objects = await watching(running);
    await running.says(/attack: a SYN flood/);
    const ended = await running.stop(signal);
    assert.equal(ended.status, status, running.stderr);
    assert.ok(ended.ms < 10_000, `${ended.ms} ms`);
    await assertGone(objects);
    assert.deepEqual(leftovers(runIdPrefix(running.pid)), []);
  });
}

for (const [command, args, said] of [
  ['npm', ['start'], /the attack begins in/],
  ['npx', ['netguard', 'run'], /is watching/],
] as const) {
  test(`SIGTERM to \`${[command, ...args].join(' ')}\`, which npm does not pass on, ends everything within ten seconds`, async () => {
    using directory = new Temporary();
    const env = { NETGUARD_SERVER__LISTEN: '127.0.0.1:0', NETGUARD_STATE_DIR: directory.path };
    await using npm = new Background(command, args, { cwd: repository, env });
    await npm.says(said, 120_000);
    const pid = await until('its NetGuard', () => descendants(npm.pid).find((each) => objectsOf(each).prog.size > 0));
    const objects = objectsOf(pid);
    assertWatching(objects);
    const start = performance.now();
    npm.child.kill('SIGTERM');
    await npm.ended();
    await assertGone(objects, 12_000);
    await assertNothingLeft(runIdPrefix(pid), 12_000);
    assert.ok(performance.now() - start < 10_000, `${performance.now() - start} ms`);
  });
}
