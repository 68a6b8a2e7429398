/** The slots that totals are counted in: made by two processors at once, freed, given to others. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { defaultConfig } from '../../packages/agent/src/config/schema.ts';
import { ConversationReader, IPV4_KEYS } from '../../packages/agent/src/sources/ebpf/conversation-reader.ts';
import { ConversationRooms } from '../../packages/agent/src/sources/ebpf/conversation-rooms.ts';
import { type DatagramTotal, DatagramTotals } from '../../packages/agent/src/sources/ebpf/datagram-totals.ts';
import { KernelClock } from '../../packages/agent/src/sources/ebpf/kernel-clock.ts';
import { EbpfObjects } from '../../packages/agent/src/sources/ebpf/objects.ts';
import { NG_LOST_TOTALS_MAP } from '../../packages/core/src/abi/event.gen.ts';
import type { PacketWork } from './support/children/packet-worker.ts';

const THREADS = 2;
const PACKETS = 200;
const PAYLOAD = 40;

/** The programs, attached to nothing: only packets of the test are counted. */
class Bench implements Disposable {
  readonly objects: EbpfObjects;
  readonly totals: DatagramTotals;
  readonly #conversations: ConversationReader;

  constructor(maxCgroups: number) {
    this.objects = EbpfObjects.load({ ...defaultConfig().sources.ebpf, maxCgroups });
    const map = (name: string) => this.objects.map(name);
    this.totals = new DatagramTotals({
      values: map('ng_totals'),
      slots: map('ng_total_slots'),
      free: map('ng_total_free'),
    });
    const clock = new KernelClock(
      () => 0,
      () => 0,
    );
    this.#conversations = new ConversationReader(
      map('ng_convs4'),
      IPV4_KEYS,
      clock,
      new ConversationRooms(this.totals.memory, 'room4', 10_000),
    );
  }

  /** Sends each protocol's packets from all threads at once. */
  async send(protocols: readonly number[]): Promise<void> {
    const work: PacketWork = {
      fd: this.objects.program('ng_packet_in').fd,
      protocols,
      packets: PACKETS,
      threads: THREADS,
      arrived: new SharedArrayBuffer(protocols.length * 4),
    };
    const file = new URL('support/children/packet-worker.ts', import.meta.url);
    const workers = Array.from({ length: THREADS }, () => new Worker(file, { workerData: work }));
    await Promise.all(workers.map((worker) => once(worker, 'exit')));
  }

  read(): DatagramTotal[] {
    const all: DatagramTotal[] = [];
    this.totals.read((total) => all.push(total));
    return all;
  }

  /** Packets of all conversations since the last call. */
  conversationPackets(): number {
    let packets = 0;
    this.#conversations.read(({ delta }) => {
      packets += delta.receivedPackets;
    });
    return packets;
  }

  slots(): number[] {
    return [...this.objects.map('ng_total_slots').entries()].map(([, slot]) => Number(slot));
  }

  [Symbol.dispose](): void {
    this.objects.close();
  }
}

/** Numbers that no protocol of the host uses, `count` of them. */
function protocols(count: number, first = 140): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

test('a total that two processors make at once is one, and no packet of it is missing', async () => {
  using bench = new Bench(8192);
  const all = protocols(50);
  await bench.send(all);
  const [total, ...others] = bench.read();
  const sent = all.length * PACKETS * THREADS;
  assert.deepEqual(others, []);
  assert.equal(total?.receivedPackets, sent);
  assert.equal(total?.receivedBytes, sent * PAYLOAD);
  assert.equal(total?.withoutConversation, 0);
  assert.equal(bench.conversationPackets(), sent);
  const slots = bench.slots();
  assert.equal(new Set(slots).size, slots.length, 'each has a slot of its own');
  assert.equal(slots.length, all.length + 10);
});

test('freed slots are given to others, and conversations that remember one are counted where they belong', async () => {
  using bench = new Bench(64);
  const early = protocols(40);
  await bench.send(early);
  const [first] = bench.read();
  bench.totals.delete(first!.cgroupId);
  assert.deepEqual(bench.read(), []);
  const late = protocols(40, 190);
  await bench.send(late);
  await bench.send(early.slice(0, 10));
  const [second] = bench.read();
  assert.equal(second?.receivedPackets, 50 * PACKETS * THREADS);
  assert.equal(bench.conversationPackets(), 90 * PACKETS * THREADS);
  const slots = bench.slots();
  assert.equal(new Set(slots).size, 60);
  assert.ok(slots.every((slot) => slot < 64));
  assert.equal(lostTotals(bench), 0);
});

test('with no slot left packets are counted for the node', async () => {
  using bench = new Bench(16);
  await bench.send(protocols(20));
  const all = bench.read();
  assert.equal(
    all.reduce((sum, each) => sum + each.receivedPackets, 0),
    20 * PACKETS * THREADS,
  );
  assert.equal(bench.slots().length, 16);
  assert.equal(lostTotals(bench), 14 * PACKETS * THREADS);
});

function lostTotals(bench: Bench): number {
  const value = new Uint8Array(8);
  bench.objects.map('ng_lost').getRaw(new Uint8Array(Uint32Array.of(NG_LOST_TOTALS_MAP).buffer), value);
  return Number(new DataView(value.buffer).getBigUint64(0, true));
}
