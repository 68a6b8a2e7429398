/** CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN are enough: everything loads, attaches and counts. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { closeStyles, converse } from './support/close-styles.ts';
import { Background } from './support/command.ts';
import { checkLifecycles, Ledger } from './support/ledger.ts';
import { cgroupRoot, enterOwnCgroup } from './support/own-cgroup.ts';
import { enterOwnNamespace } from './support/own-namespace.ts';
import { FLAG, RawSender } from './support/raw-segment.ts';
import { AF, listenTcp, SOCK, Socket } from './support/socket.ts';
import { WatchChild } from './support/watch-child.ts';

const netns = enterOwnNamespace();
const cgroup = enterOwnCgroup();
const HOLD = fileURLToPath(new URL('support/children/hold-connections.ts', import.meta.url));

const CAPABILITIES = '-all,+bpf,+perfmon,+net_admin';
/** CapEff of the three: bits 39, 38 and 12 (linux/capability.h). */
const CAP_EFF = ((1n << 39n) | (1n << 38n) | (1n << 12n)).toString(16).padStart(16, '0');
const wrappers: Readonly<Record<string, readonly string[]>> = {
  root: ['setpriv', `--bounding-set=${CAPABILITIES}`, `--inh-caps=${CAPABILITIES}`],
  nobody: [
    'setpriv',
    '--reuid=65534',
    '--regid=65534',
    '--clear-groups',
    `--inh-caps=${CAPABILITIES}`,
    `--ambient-caps=${CAPABILITIES}`,
    `--bounding-set=${CAPABILITIES}`,
  ],
  'root in new PID, network and mount namespaces': [
    'unshare',
    '--pid',
    '--net',
    '--fork',
    '--mount-proc',
    'setpriv',
    `--bounding-set=${CAPABILITIES}`,
    `--inh-caps=${CAPABILITIES}`,
  ],
};

for (const [who, wrapper] of Object.entries(wrappers)) {
  test(`as ${who} with the three capabilities alone everything is attached and exact`, async () => {
    await using holder = new Background(process.execPath, [HOLD, '127.0.0.1', '3']);
    await holder.line();
    await using watch = await WatchChild.start({ netns, cgroupId: cgroup.id }, wrapper);
    const inNewPids = who.includes('PID');
    const pid = inNewPids ? childOf(watch.process.pid) : watch.process.pid;
    assert.match(readFileSync(`/proc/${pid}/status`, 'utf8'), new RegExp(`^CapEff:\\t${CAP_EFF}$`, 'm'));
    assert.match(readFileSync(`/proc/${pid}/status`, 'utf8'), who === 'nobody' ? /^Uid:\t65534/m : /^Uid:\t0\t/m);
    assert.deepEqual(
      watch.status.programs.filter((program) => !program.attached),
      [],
    );
    assert.equal(watch.status.wholeHost, true);
    assert.equal(watch.status.preexistingSockets, inNewPids ? 'partial' : 'full');
    const older = (await watch.look()).connections;
    assert.equal(older.length, inNewPids ? 0 : 6, 'older sockets');
    if (!inNewPids) assert.ok(older.every((seen) => seen.pid === holder.pid && seen.comm !== ''));

    const ledger = new Ledger();
    const listener = listenTcp('127.0.0.1');
    const styles = Object.values(closeStyles);
    for (let i = 0; i < 200; i++) converse(listener, '127.0.0.1', i * 7, styles[i % styles.length]!, ledger);
    const receiver = Socket.open(AF.inet, SOCK.dgram).bind('127.0.0.1');
    const sender = Socket.open(AF.inet, SOCK.dgram).connect('127.0.0.1', receiver.local);
    for (let i = 0; i < 50; i++) sender.sendDatagram(100);
    const raw = new RawSender();
    for (let i = 0; i < 30; i++)
      raw.send({ from: '127.0.0.9', to: '127.0.0.1', sourcePort: 999, port: 1000 + i, flags: FLAG.syn });
    const name = `netguard-test-privilege-${process.pid}`;
    mkdirSync(join(cgroupRoot, name));
    rmdirSync(join(cgroupRoot, name));

    const seen = await watch.look();
    const closed = seen.connections.filter(({ phase }) => phase === 'closed');
    assert.deepEqual(ledger.compare(closed), []);
    assert.deepEqual(checkLifecycles(seen.connections), []);
    assert.deepEqual(
      seen.totals
        .filter(({ protocol }) => protocol === 'UDP')
        .map((total) => [total.sentPackets, total.receivedPackets, total.sentBytes]),
      [[50, 50, 5000]],
    );
    assert.equal(seen.listeners.find(({ local }) => local.port === listener.local)?.completed, 200);
    assert.equal(seen.probes.find(({ sourceIp }) => sourceIp === '127.0.0.9')?.shapes.syn, 30);
    assert.equal(seen.drops.find(({ reason }) => reason === 'NO_SOCKET')?.packets, 60);
    assert.deepEqual(
      seen.cgroups.filter(({ path }) => path === `/${name}`).map(({ created }) => created),
      [true, false],
    );
    assert.deepEqual(seen.lost, {});
    raw.close();
    for (const socket of [listener, receiver, sender]) socket.close();
  });
}

test('without CAP_NET_ADMIN, or with none, the source refuses to start and says which capability is missing', async () => {
  for (const [capabilities, missing] of [
    ['-all,+bpf,+perfmon', 'CAP_NET_ADMIN'],
    ['-all', 'CAP_BPF'],
  ] as const) {
    const wrapper = [
      'sh',
      '-c',
      'exec "$@" 2>&1',
      'sh',
      'setpriv',
      `--bounding-set=${capabilities}`,
      `--inh-caps=${capabilities}`,
    ];
    const [command = '', ...args] = [
      ...wrapper,
      process.execPath,
      fileURLToPath(new URL('support/children/watch.ts', import.meta.url)),
      '{}',
    ];
    await using child = new Background(command, args);
    await child.finish().catch(() => {});
    assert.match(child.text, new RegExp(missing));
  }
});

/** The process that `unshare --fork` started. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}
