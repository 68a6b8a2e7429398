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
const UDP = 17;

/** The programs loaded and nowhere attached, with readers of what they count. */
function loaded() {
  const objects = EbpfObjects.load({ ...defaultConfig().sources.ebpf, maxConversations: 8192 });
  const map = (name: string) => objects.map(name);
  const totals = new DatagramTotals({
    values: map('ng_totals'),
    slots: map('ng_total_slots'),
    free: map('ng_total_free'),
  });
  const table = map('ng_convs4');
  const quota = conversationQuota(table.maxEntries);
  const rooms = new ConversationRooms(totals.memory, 'room4', quota);
  const time = { nowMs: 1000 };
  const nowNs = () => time.nowMs * 1e6;
  return {
    time,
    totals,
    /** Of the quota, as the last eighth is for what leaves. */
    inward: quota - (quota >>> 3),
    fd: objects.program('ng_packet_in').fd,
    out: objects.program('ng_packet_out').fd,
    reader: new ConversationReader(table, IPV4_KEYS, new KernelClock(nowNs, nowNs), rooms),
    [Symbol.dispose]: () => objects[Symbol.dispose](),
  };
}

test('a flood has its share of the table, others and what leaves begin conversations meanwhile, and room comes back', () => {
  using kernel = loaded();
  const { fd, out, inward, reader, totals, time } = kernel;
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
  time.nowMs += 3000;
  assert.deepEqual(read(), { begun: 0, ended: inward + 10 }, 'one packet, and three seconds of silence');
  flood(19);
  assert.deepEqual(read(), { begun: inward, ended: 0 });
  assert.equal(without(), 3 * FLOOD - 2 * inward);
});

test('a reply whose request found no room is the server’s, other datagrams from there are the client’s', () => {
  using kernel = loaded();
  const roles = () => {
    const seen: Record<string, number> = {};
    kernel.reader.read(({ isNew, role, local }) => {
      if (isNew) seen[`${role} ${local.port}`] = (seen[`${role} ${local.port}`] ?? 0) + 1;
    });
    return seen;
  };
  const asked = (nth: number) => {
    const port = 32_768 + nth;
    testRun(kernel.fd, 'packet', { data: ipv4Packet(UDP, [10, 9, 8, 7], [port, 53]) });
  };
  const sent = (from: number, to: number) => {
    testRun(kernel.out, 'packet', { data: ipv4Packet(UDP, [10, 244, 0, 3], [from, to]) });
  };
  sent(53, 1000);
  assert.deepEqual(roles(), { 'client 53': 1 }, 'nobody has asked at port 53 so far');
  for (let nth = 0; nth < kernel.inward + 50; nth++) asked(nth);
  // One room is taken already.
  assert.deepEqual(roles(), { 'server 53': kernel.inward - 1 });
  for (let nth = kernel.inward; nth < kernel.inward + 50; nth++) sent(53, 32_768 + nth);
  for (let port = 1; port <= 20; port++) sent(40_000, port);
  assert.deepEqual(roles(), { 'server 53': 50, 'client 40000': 20 });
});
