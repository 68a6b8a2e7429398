/** Takes datagrams and says nothing: a server that is flooded at an open port. With `answerFirst` it greets each new sender once. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { onStop, say, settings } from '../../e2e/support/programs/settings.ts';

const { port, answerFirst = false } = settings<{ port: number; answerFirst?: boolean }>();
const greeted = new Set<string>();
const socket = createSocket({ type: 'udp6', recvBufferSize: 1 << 22 }, (_message, { address, port: from }) => {
  if (!answerFirst || greeted.has(`${address}:${from}`)) return;
  greeted.add(`${address}:${from}`);
  socket.send('ready', from, address);
});
socket.bind(port);
await once(socket, 'listening');
say({ ready: true });
onStop(() => process.exit(0));
