/** Other people's programs at the same hooks: theirs go on, ours count exactly, whoever came first. */
import assert from 'node:assert/strict';
import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type BpfLink, type BpfObject, cgroupQuery, ifindexOf, openCgroup } from '../../packages/libbpf/src/index.ts';
import { libbpf } from '../../packages/libbpf/src/libbpf.ts';
import { closeStyles, converse } from './support/close-styles.ts';
import { Ledger } from './support/ledger.ts';
import { libc } from './support/libc.ts';
import { loadNeighbour, runsOf } from './support/neighbour.ts';
import { cgroupRoot, enterOwnCgroup } from './support/own-cgroup.ts';
import { enterOwnNamespace } from './support/own-namespace.ts';
import { AF, listenTcp, SOCK, Socket } from './support/socket.ts';
import { Watch } from './support/watch.ts';

const netns = enterOwnNamespace();
const cgroup = enterOwnCgroup();
const theirs = ['cgroupIn', 'cgroupOut', 'tcxIn', 'tcxOut'] as const;

function attachTheirs(neighbour: BpfObject): BpfLink[] {
  return [
    neighbour.program('nb_cgroup_in').attachCgroup(cgroupRoot),
    neighbour.program('nb_cgroup_out').attachCgroup(cgroupRoot),
    neighbour.program('nb_tcx_in').attachTcx(ifindexOf('lo')),
    neighbour.program('nb_tcx_out').attachTcx(ifindexOf('lo')),
  ];
}

/** 100 connections and 100 datagrams, and whether the source counted them exactly. */
async function checkCounting(watch: Watch): Promise<void> {
  watch.connections.length = 0;
  watch.source.tick();
  const before = watch.totals.get('UDP loopback');
  const ledger = new Ledger();
  const listener = listenTcp('127.0.0.1');
  const styles = Object.values(closeStyles);
  for (let i = 0; i < 100; i++) converse(listener, '127.0.0.1', i * 31, styles[i % styles.length]!, ledger);
  const receiver = Socket.open(AF.inet, SOCK.dgram).bind('127.0.0.1');
  const sender = Socket.open(AF.inet, SOCK.dgram).connect('127.0.0.1', receiver.local);
  for (let i = 0; i < 100; i++) {
    sender.sendDatagram(200);
    receiver.receive();
  }
  await watch.until('all final records', () => watch.closed().length >= 200);
  assert.deepEqual(ledger.compare(watch.closed()), []);
  assert.equal((watch.totals.get('UDP loopback')?.receivedPackets ?? 0) - (before?.receivedPackets ?? 0), 100);
  assert.equal((watch.totals.get('UDP loopback')?.sentBytes ?? 0) - (before?.sentBytes ?? 0), 20_000);
  assert.equal(watch.groups.get(`127.0.0.1:${listener.local}`)?.syns, 100);
  for (const socket of [listener, sender, receiver]) socket.close();
}

/** Theirs ran for each of the packets above. */
function checkTheirs(neighbour: BpfObject, before: ReadonlyMap<string, number>): void {
  for (const each of theirs) assert.ok(runsOf(neighbour, each) - before.get(each)! >= 200, `${each} ran`);
}

function runs(neighbour: BpfObject): Map<string, number> {
  return new Map(theirs.map((each) => [each, runsOf(neighbour, each)]));
}

test('programs that were there before keep running beside ours and after us', async () => {
  using neighbour = loadNeighbour();
  const links = attachTheirs(neighbour);
  {
    await using watch = new Watch({ netns, cgroupId: cgroup.id });
    const before = runs(neighbour);
    await checkCounting(watch);
    checkTheirs(neighbour, before);
  }
  const before = runs(neighbour);
  {
    await using another = new Watch({ netns, cgroupId: cgroup.id });
    await checkCounting(another);
  }
  checkTheirs(neighbour, before);
  const attached = cgroupQuery(cgroupRoot, 'cgroup_inet_ingress').programs.map(({ programName }) => programName);
  assert.ok(attached.includes('nb_cgroup_in'), 'theirs is still attached');
  for (const link of links) link.close();
});

test('programs that come while we run, and go, change nothing', async () => {
  await using watch = new Watch({ netns, cgroupId: cgroup.id });
  await checkCounting(watch);
  using neighbour = loadNeighbour();
  const links = attachTheirs(neighbour);
  const before = runs(neighbour);
  await checkCounting(watch);
  checkTheirs(neighbour, before);
  for (const link of links) link.close();
  await checkCounting(watch);
  assert.ok(watch.source.programs().every((program) => program.attached));
});

/* The root itself cannot be held exclusively while others test here: a cgroup below it stands for it. */
const held = join(cgroupRoot, `netguard-test-held-${process.pid}`);
mkdirSync(held);
after(() => rmdirSync(held));

test('a cgroup that another program holds exclusively: TCP is exact, and what is missing is named with its holder', async () => {
  using neighbour = loadNeighbour();
  const program = neighbour.program('nb_cgroup_in');
  const fd = openCgroup(held);
  assert.equal(libbpf.bpf_prog_attach(program.fd, fd, program.attachType, 0), 0);
  try {
    await using watch = new Watch({ netns, root: held });
    const status = watch.source.status();
    assert.equal(status.wholeHost, false);
    const refused = status.programs.find((each) => each.name === 'ng_packet_in');
    assert.equal(refused?.attached, false);
    assert.match(refused?.reason ?? '', /nb_cgroup_in/);
    assert.match(refused?.reason ?? '', /TCP accounting goes on/);
    assert.ok(
      status.programs.some((each) => each.name === 'ng_packet_out' && each.attached),
      'the other direction is free',
    );

    const ledger = new Ledger();
    const listener = listenTcp('127.0.0.1');
    const styles = Object.values(closeStyles);
    for (let i = 0; i < 200; i++) converse(listener, '127.0.0.1', i * 31, styles[i % styles.length]!, ledger);
    listener.close();
    await watch.until('all final records', () => watch.closed().length >= 400);
    assert.deepEqual(ledger.compare(watch.closed()), []);
  } finally {
    assert.deepEqual(
      cgroupQuery(fd, program.attachType).programs.map(({ programName }) => programName),
      ['nb_cgroup_in'],
      'and it is still theirs',
    );
    libbpf.bpf_prog_detach2(program.fd, fd, program.attachType);
    libc.close(fd);
  }
});
