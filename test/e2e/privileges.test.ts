/** With three capabilities everything works; with fewer a user is told which is missing and what to do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lab } from '../../packages/cli/src/lab/lab.ts';
import { Agent, heard } from './support/agent.ts';
import { netguard, told } from './support/command.ts';
import { Flood } from './support/flood.ts';
import { httpGet } from './support/http.ts';
import { assertGone, assertWatching, objectsOf } from './support/kernel-objects.ts';
import { Program } from './support/program.ts';
import type { Talk } from './support/programs/talk.ts';
import { Temporary } from './support/temporary.ts';
import { until } from './support/until.ts';

const nobody = 65_534;
const port = 8080;
const three = '-all,+bpf,+perfmon,+net_admin';
/** Root without any other capability: a container with `drop: [ALL]` and these three. */
const asBareRoot = ['setpriv', '--inh-caps', '-all', '--bounding-set', three];
/** An ordinary user with the three as ambient ones: a systemd unit with `User=` and `AmbientCapabilities=`. */
const asNobody = (capabilities: string) => [
  'setpriv',
  `--reuid=${nobody}`,
  `--regid=${nobody}`,
  '--clear-groups',
  '--inh-caps',
  capabilities,
  '--ambient-caps',
  capabilities,
  '--bounding-set',
  capabilities,
];

for (const [who, prefix, owner] of [
  ['root', asBareRoot, undefined],
  ['an ordinary user', asNobody(three), nobody],
] as const) {
  test(`${who} with only CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN sees traffic by the byte, alerts and leaves nothing`, async () => {
    using directory = new Temporary(owner);
    await using lab = await Lab.open();
    const [server, client] = await lab.addPods(['server-0', 'client-0'].map((name) => ({ namespace: 'least', name })));
    assert.ok(server && client);
    const attacker = await lab.addHost('attacker');
    const answering = Program.start(server, 'talk-server', { port, host: server.ip });
    await answering.line();
    await using agent = await Agent.start({ lab, directory, prefix, env: { HOME: directory.path } });
    const status = await agent.status();
    assert.deepEqual([status.degraded, status.wholeHost], [[], true]);
    assert.deepEqual(
      status.programs.filter(({ attached }) => !attached),
      [],
    );

    const asked = await Program.start(client, 'talk-client', { host: server.ip, port, rounds: 20 }).line<Talk>(1);
    const wanted = [asked.tcp.sent, asked.tcp.received, asked.udp.sent, asked.udp.received];
    const seen = async () => {
      const { TCP, UDP } = (await agent.pod(client))?.byProtocol ?? {};
      return [TCP?.transmitBytes, TCP?.receiveBytes, UDP?.transmitBytes, UDP?.receiveBytes];
    };
    await until('the exact totals', async () => String(await seen()) === String(wanted)).catch(async () =>
      assert.deepEqual(await seen(), wanted),
    );
    using stream = await agent.stream('alert');
    {
      await using _flood = new Flood(attacker, server.ip, { port });
      await until('the flood is told', () => heard(stream, 'open', server));
    }
    const objects = objectsOf(agent.pid);
    assertWatching(objects);
    const ended = await agent.stop('SIGTERM');
    assert.equal(ended.status, 0, agent.process.stderr);
    assert.doesNotMatch(agent.process.stderr, /"level":"(warn|error)"/);
    await assertGone(objects);
  });
}

const cases = [
  ['an ordinary user', asNobody('-all'), ['CAP_BPF', 'CAP_PERFMON', 'CAP_NET_ADMIN'], []],
  [
    'root in a container that dropped all',
    ['setpriv', '--inh-caps', '-all', '--bounding-set', '-all'],
    ['CAP_BPF', 'CAP_PERFMON', 'CAP_NET_ADMIN'],
    [],
  ],
  ['a user without CAP_PERFMON', asNobody('-all,+bpf,+net_admin'), ['CAP_PERFMON'], ['CAP_BPF', 'CAP_NET_ADMIN']],
] as const;
for (const [who, prefix, missing, present] of cases) {
  test(`${who} is told which capabilities are missing and what to do`, async () => {
    using directory = new Temporary(nobody);
    const options = { prefix, env: { HOME: directory.path } };
    const ended = await netguard(['run', '--listen', '127.0.0.1:0', '--state-dir', directory.join('state')], options);
    assert.equal(ended.code, 1, told(ended));
    const lacks = /this process lacks ([A-Z_, ]+)/.exec(ended.stderr)?.[1] ?? '';
    for (const name of missing) assert.ok(lacks.includes(name), told(ended));
    for (const name of present) assert.ok(!lacks.includes(name), told(ended));
    assert.match(ended.stderr, /run it as root|give it CAP_BPF/);
    assert.match(ended.stderr, /`netguard doctor`/);
    assert.doesNotMatch(ended.stderr, /^ +at /m, 'no stack');

    const doctor = await netguard(['doctor'], options);
    assert.equal(doctor.code, 1, told(doctor));
    for (const name of missing)
      assert.match(doctor.stdout, new RegExp(`^✗ ${name} +missing\\n +lost: .+\\n +do: +.+`, 'm'));
    for (const name of present) assert.match(doctor.stdout, new RegExp(`^✓ ${name}`, 'm'));
    assert.match(doctor.stdout, /NetGuard cannot run here: \d things? missing/);
  });
}

test('root without CAP_NET_ADMIN watches TCP, and log, readiness, status and doctor say what is lost', async () => {
  const prefix = ['setpriv', '--inh-caps', '-all', '--bounding-set', '-all,+bpf,+perfmon'];
  await using agent = await Agent.start({ prefix });
  const lost = /ng_packet_in is not attached: .*this process lacks CAP_NET_ADMIN.*SYN floods are not seen/;
  assert.match(agent.process.stderr, lost);
  assert.match(agent.process.stderr, /"level":"warn".*NG_WARN_DEGRADED/);
  assert.match((await agent.status()).degraded.join('\n'), lost);
  assert.match((await httpGet(`${agent.url}/readyz`)).body, /"status":"degraded"/);
  assert.match((await agent.cli(['status'])).stdout, /degraded/);
  const doctor = await netguard(['doctor'], { prefix });
  assert.equal(doctor.code, 1, told(doctor));
  assert.match(doctor.stdout, /^✗ CAP_NET_ADMIN +missing\n +lost: .*no SYN floods/m);
});

test('doctor has nothing to say about this machine as root, also as JSON', async () => {
  const doctor = await netguard(['doctor', '-o', 'json']);
  assert.equal(doctor.code, 0, told(doctor));
  const report = JSON.parse(doctor.stdout) as { failed: boolean };
  assert.equal(report.failed, false);
});
