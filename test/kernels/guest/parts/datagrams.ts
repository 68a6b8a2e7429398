import { AF, familyOf, SOCK, Socket } from '../../../kernel/support/socket.ts';
import type { Watch } from '../../../kernel/support/watch.ts';
import { differences, type Found, OWN, type Part, PEER, type Stage } from '../stage.ts';

const DATAGRAMS = 200;
const SOL_UDP = 17;
const UDP_SEGMENT = 103;
const SEGMENT = 500;
const BATCH = 10;
const FIELDS = ['sentPackets', 'sentBytes', 'receivedPackets', 'receivedBytes'] as const;

/** UDP over both families, one by one and in batches: exact in the cgroup's total and in the conversation. */
export const datagrams: Part = {
  program: 'ng_packet_out',
  what: 'datagrams sent, with their bytes',
  async count({ watch, peer }: Stage): Promise<Found[]> {
    watch.source.tick();
    const before = totals(watch);
    const ports: number[] = [];
    let [packets, bytes] = [0, 0];
    for (const [from, to] of [
      [OWN.v4, PEER.v4],
      [OWN.v6, PEER.v6],
    ] as const) {
      for (const batch of [1, BATCH]) {
        const receiver = peer.inside(() =>
          Socket.open(familyOf(to), SOCK.dgram)
            .forceReceiveBuffer(8 << 20)
            .bind(to),
        );
        const sender = Socket.open(familyOf(from), SOCK.dgram).bind(from).connect(to, receiver.local);
        if (batch > 1) sender.option(SOL_UDP, UDP_SEGMENT, SEGMENT);
        for (let i = 0; i < DATAGRAMS; i += batch) sender.sendDatagram(batch > 1 ? (batch - 1) * SEGMENT + 1 + i : i);
        receiver.receiveWaiting();
        packets += DATAGRAMS;
        bytes += sender.sent;
        ports.push(sender.local);
        for (const socket of [sender, receiver]) socket.close();
      }
    }
    watch.source.tick();
    const after = totals(watch);
    const conversations = conversationSums(watch, ports);
    const part = (way: 'sent' | 'received'): Pick<Found, 'sent' | 'counted' | 'differences'> => ({
      sent: packets,
      counted: after[`${way}Packets`] - before[`${way}Packets`],
      differences: differences({ bytes }, { bytes: after[`${way}Bytes`] - before[`${way}Bytes`] }),
    });
    const inConversations = differences(
      { packets, bytes },
      { packets: conversations.sentPackets, bytes: conversations.sentBytes },
    );
    const sent = part('sent');
    return [
      { program: this.program, what: this.what, ...sent, differences: [...sent.differences, ...inConversations] },
      { program: 'ng_packet_in', what: 'datagrams received, with their bytes', ...part('received') },
    ];
  },
};

type Sums = Record<(typeof FIELDS)[number], number>;

function totals(watch: Watch): Sums {
  const total = watch.totals.get('UDP');
  return Object.fromEntries(FIELDS.map((field) => [field, total?.[field] ?? 0])) as Sums;
}

/** Sums of all conversations of local ports. */
function conversationSums(watch: Watch, ports: readonly number[]): Sums {
  const seen = watch.datagrams.filter(({ local }) => ports.includes(local.port));
  return Object.fromEntries(
    FIELDS.map((field) => [field, seen.reduce((all, { delta }) => all + delta[field], 0)]),
  ) as Sums;
}

const CLOSED_FROM = 2000;
const REFUSED = 30;
const UDP_PROBES = 20;

/** Connects and datagrams to ports where nobody listens. */
export const closedPorts: Part = {
  program: 'ng_drop',
  what: 'SYNs to closed ports',
  async count({ watch }: Stage): Promise<Found[]> {
    for (let n = 0; n < REFUSED; n++) {
      const client = Socket.open(AF.inet, SOCK.stream);
      client.tryConnect(PEER.v4, CLOSED_FROM + n);
      client.close();
    }
    const udp = Socket.open(AF.inet, SOCK.dgram).bind(OWN.v4);
    for (let n = 0; n < UDP_PROBES; n++) udp.sendTo(Buffer.from('probe'), PEER.v4, CLOSED_FROM + n);
    udp.close();
    watch.source.tick();
    const probes = watch.probes.filter(({ sourceIp, targetIp }) => sourceIp === OWN.v4 && targetIp === PEER.v4);
    const shape = (name: 'syn' | 'udp') => probes.reduce((all, { shapes }) => all + (shapes[name] ?? 0), 0);
    const refused = watch
      .closed()
      .filter(
        ({ closeReason, remote }) =>
          closeReason === 'refused' && remote.port >= CLOSED_FROM && remote.port < CLOSED_FROM + REFUSED,
      );
    const program = watch.source.programs().find(({ name }) => name.startsWith('ng_drop'))?.name ?? this.program;
    return [
      { program, what: this.what, sent: REFUSED, counted: shape('syn'), differences: [] },
      { program, what: 'datagrams to closed ports', sent: UDP_PROBES, counted: shape('udp'), differences: [] },
      { program: 'ng_tcp_state', what: 'refused connects', sent: REFUSED, counted: refused.length, differences: [] },
    ];
  },
};
