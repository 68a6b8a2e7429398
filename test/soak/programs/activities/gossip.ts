import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Start } from '../activity.ts';
import { anyOf, atRate } from '../pace.ts';

/** A member of a mesh as memberlist and Cassandra have it: pings others over UDP and exchanges its state with one over TCP. */
export interface Gossip {
  readonly kind: 'gossip';
  readonly port: number;
  /** The dead ones among them, too: nobody has told this member yet. */
  readonly members: readonly string[];
  readonly pingsPerSecond: number;
  readonly exchangesPerSecond: number;
}

const PATIENCE_MS = 10_000;

export const start: Start<Gossip> = async ({ port, members, pingsPerSecond, exchangesPerSecond }, work) => {
  const state = Buffer.alloc(3000, 'alive ');
  const socket = createSocket('udp4', (message, { address, port: from }) => {
    if (message.toString('latin1', 0, 4) === 'ping') socket.send('ack', from, address);
    else work.done += 1;
  });
  socket.on('error', () => {});
  socket.bind(port);
  const server = createServer((peer) => {
    peer.on('error', () => {});
    peer.once('data', () => peer.end(state));
  }).listen(port, '0.0.0.0');
  await Promise.all([once(socket, 'listening'), once(server, 'listening')]);
  atRate(pingsPerSecond, () => socket.send('ping', port, anyOf(members)));
  atRate(exchangesPerSecond, () => {
    const peer = connect({ host: anyOf(members), port }, () => peer.write(state));
    peer.setTimeout(PATIENCE_MS, () => peer.destroy());
    peer.resume().on('end', () => {
      work.done += 1;
    });
    peer.on('error', () => {
      work.failed += 1;
    });
  });
};
