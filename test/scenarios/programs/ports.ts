/** A pod with open ports: each TCP connection is greeted with a line and left to the client to end, each datagram is answered. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { onStop, say, settings } from '../../e2e/support/programs/settings.ts';

const { tcp = [], udp = [] } = settings<{ tcp?: readonly number[]; udp?: readonly number[] }>();
for (const port of tcp) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.resume().on('end', () => socket.end('hello\n'));
  }).listen(port, '::');
  await once(server, 'listening');
}
for (const port of udp) {
  const socket = createSocket('udp6', (message, { port: from, address }) => socket.send(message, from, address));
  socket.bind(port);
  await once(socket, 'listening');
}
say({ ready: true });
onStop(() => process.exit(0));
