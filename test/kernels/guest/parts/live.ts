import type { ConnectionObservation } from '../../../../packages/core/src/index.ts';
import { connectTcp, listenTcp } from '../../../kernel/support/socket.ts';
import { differences, type Found, type Part, PEER, type Stage } from '../stage.ts';

const CONNECTIONS = 20;

/** Connections that are open: what the iterator reads of them is what they have moved so far. */
export const live: Part = {
  program: 'ng_tcp_live',
  what: 'open connections, with their bytes both ways',
  async count({ watch, peer }: Stage): Promise<Found[]> {
    const listener = peer.inside(() => listenTcp(PEER.v4));
    const pairs = Array.from({ length: CONNECTIONS }, () => {
      const client = connectTcp(PEER.v4, listener.local);
      return { client, server: listener.accept() };
    });
    watch.source.tick();
    for (const [i, { client, server }] of pairs.entries()) {
      client.send(1000 + i);
      server.receiveExactly(1000 + i);
      server.send(10 * i);
      client.receiveExactly(10 * i);
    }
    watch.source.tick();
    const newest = new Map<string, ConnectionObservation>();
    for (const seen of watch.connections)
      if ([seen.local.port, seen.remote.port].includes(listener.local)) newest.set(seen.id, seen);
    const sum = (role: string, field: 'sentBytes' | 'receivedBytes') =>
      [...newest.values()].filter((seen) => seen.role === role).reduce((all, { total }) => all + total[field], 0);
    const sockets = pairs.map(({ client }) => client);
    const [sent, received] = [
      sockets.reduce((all, each) => all + each.sent, 0),
      sockets.reduce((all, each) => all + each.received, 0),
    ];
    const wrong = differences(
      {
        'sent by clients': sent,
        'received by servers': sent,
        'sent by servers': received,
        'received by clients': received,
      },
      {
        'sent by clients': sum('client', 'sentBytes'),
        'received by servers': sum('server', 'receivedBytes'),
        'sent by servers': sum('server', 'sentBytes'),
        'received by clients': sum('client', 'receivedBytes'),
      },
    );
    for (const { client, server } of pairs) for (const socket of [client, server]) socket.resetOnClose().close();
    listener.close();
    return [
      { program: this.program, what: this.what, sent: 2 * CONNECTIONS, counted: newest.size, differences: wrong },
    ];
  },
};
