import type { PeerNamespace } from '../../../kernel/support/peer-namespace.ts';
import { connectTcp, listenTcp, type Socket } from '../../../kernel/support/socket.ts';
import { differences, type Found, type Part, PEER, type Stage } from '../stage.ts';

const ACCEPTED = 10;
const FIRST = 100;
const THEN = 5000;

/**
 * Sockets that are open before the source is. Those of this process are found in its table of files; two server ends that
 * nobody has accepted are in no such table, and show themselves by a packet: one that they receive, one that they send.
 */
export class OlderSockets {
  readonly listener: Socket;
  readonly pairs: { readonly client: Socket; readonly server: Socket }[] = [];
  readonly waiting: readonly [Socket, Socket];

  constructor(peer: PeerNamespace) {
    this.listener = peer.inside(() => listenTcp(PEER.v4));
    for (let i = 0; i < ACCEPTED; i++) {
      const client = connectTcp(PEER.v4, this.listener.local);
      this.pairs.push({ client, server: this.listener.accept() });
    }
    this.waiting = [connectTcp(PEER.v4, this.listener.local), connectTcp(PEER.v4, this.listener.local)];
  }
}

/** Must come first: it looks at what the first tick told. */
export function older(sockets: OlderSockets): Part {
  return {
    program: 'ng_tcp_seed',
    what: 'sockets older than the start, with their process',
    async count({ watch }: Stage): Promise<Found[]> {
      watch.source.tick();
      const port = sockets.listener.local;
      const found = watch.connections.filter(
        ({ local, remote, preexisting, pid }) =>
          preexisting && pid === process.pid && (local.port === port || remote.port === port),
      );
      const serverOf = (client: Socket) =>
        watch.connections.findLast(({ local, remote }) => local.port === port && remote.port === client.local);
      const [asks, isAnswered] = sockets.waiting;
      const accepted = [sockets.listener.accept(), sockets.listener.accept()];
      const early = accepted.filter((server) =>
        watch.connections.some(({ local, remote }) => local.port === port && remote.port === server.remote),
      );

      asks.send(FIRST + THEN);
      accepted.find(({ remote }) => remote === asks.local)?.receiveExactly(FIRST + THEN);
      const answering = accepted.find(({ remote }) => remote === isAnswered.local);
      for (const bytes of [FIRST, THEN]) {
        answering?.send(bytes);
        isAnswered.receiveExactly(bytes);
      }
      watch.source.tick();
      const [received, sent] = [serverOf(asks)?.total.receivedBytes ?? 0, serverOf(isAnswered)?.total.sentBytes ?? 0];
      for (const socket of [
        ...sockets.pairs.flatMap(({ client, server }) => [client, server]),
        ...sockets.waiting,
        ...accepted,
      ])
        socket.resetOnClose().close();
      sockets.listener.close();
      return [
        {
          program: this.program,
          what: this.what,
          sent: 2 * ACCEPTED + sockets.waiting.length,
          counted: found.length,
          differences: differences({ 'known before they moved': 0 }, { 'known before they moved': early.length }),
        },
        {
          program: 'ng_tcp_seed_in',
          what: 'bytes received by a socket in no process',
          sent: FIRST + THEN,
          counted: received,
          differences: [],
        },
        {
          program: 'ng_tcp_seed_out',
          what: 'bytes sent by one, after the packet that showed it',
          sent: THEN,
          counted: sent,
          differences: [],
        },
      ];
    },
  };
}
