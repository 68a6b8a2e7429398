/** A total may have a third of the table of conversations: what floods one pod leaves room for the others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultConfig } from '../../packages/agent/src/config/schema.ts';
import { ConversationReader, IPV4_KEYS } from '../../packages/agent/src/sources/ebpf/conversation-reader.ts';
import { ConversationRooms, conversationQuota } from '../../packages/agent/src/sources/ebpf/conversation-rooms.ts';
import { type DatagramTotal, DatagramTotals } from '../../packages/agent/src/sources/ebpf/datagram-totals.ts';
import { KernelClock } from '../../packages/agent/src/sources/ebpf/kernel-clock.ts';
import { EbpfObjects } from '../../packages/agent/src/sources/ebpf/objects.ts';
import { testRun } from '../../packages/libbpf/src/test-run.ts';
import { ipv4Packet } from './support/ipv4-packet.ts';

/** Numbers that no protocol of the host uses; each is a total of its own, as each pod is. */
const [FLOODED, OTHER] = [140, 253];
const FLOOD = 5000;

test('a flood has its share of the table, others and what leaves begin conversations meanwhile, and room comes back', () => {
  using objects = EbpfObjects.load({ ...defaultConfig().sources.ebpf, maxConversations: 8192 });
  const map = (name: string) => objects.map(name);
  const totals = new DatagramTotals({
    values: map('ng_totals'),
    slots: map('ng_total_slots'),
    free: map('ng_total_free'),
  });
  let nowMs = 1000;
  const clock = new KernelClock(
    () => nowMs * 1e6,
    () => nowMs * 1e6,
  );
  const table = map('ng_convs4');
  const quota = conversationQuota(table.maxEntries);
  /** The last eighth is for what leaves. */
  const inward = quota - (quota >>> 3);
  const rooms = new ConversationRooms(totals.memory, 'room4', quota);
  const reader = new ConversationReader(table, IPV4_KEYS, clock, rooms);
  const { fd } = objects.program('ng_packet_in');
  const out = objects.program('ng_packet_out').fd;
  const flood = (network: number) => {
    for (let nth = 0; nth < FLOOD; nth++) {
      testRun(fd, 'packet', { data: ipv4Packet(FLOODED, [198, network, nth >>> 8, nth & 255]) });
    }
  };
  const read = () => {
    const count = { begun: 0, ended: 0 };
    reader.read(({ isNew, ended }) => {
      if (isNew) count.begun++;
      if (ended) count.ended++;
    });
    return count;
  };
  const without = () => {
    const all: DatagramTotal[] = [];
    totals.read((total) => all.push(total));
    return all.reduce((sum, { withoutConversation }) => sum + withoutConversation, 0);
  };

  flood(18);
  for (let nth = 0; nth < 100; nth++) testRun(fd, 'packet', { data: ipv4Packet(OTHER, [10, 9, 8, nth]) });
  assert.deepEqual(read(), { begun: inward + 100, ended: 0 });
  assert.equal(without(), FLOOD - inward, 'every packet that found no room is counted');

  flood(19);
  assert.deepEqual(read(), { begun: 0, ended: 0 }, 'no room before something ends');
  for (let nth = 0; nth < 10; nth++) {
    testRun(out, 'packet', { data: ipv4Packet(FLOODED, [10, 9, 9, nth]) });
  }
  assert.deepEqual(read(), { begun: 10, ended: 0 }, 'but for what leaves');
  nowMs += 3000;
  assert.deepEqual(read(), { begun: 0, ended: inward + 10 }, 'one packet, and three seconds of silence');
  flood(19);
  assert.deepEqual(read(), { begun: inward, ended: 0 });
  assert.equal(without(), 3 * FLOOD - 2 * inward);
});
