/** A service that, for each line it gets, calls all of `next` on the same port, one after the other, and answers when they have. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { onStop, say, settings } from '../../e2e/support/programs/settings.ts';

const { port, next } = settings<{ readonly port: number; readonly next: readonly string[] }>();

const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', async () => {
    let answered = 0;
    for (const host of next) if (await call(host)) answered++;
    socket.end(`${answered}\n`);
  });
}).listen(port, '0.0.0.0');
await once(server, 'listening');
say({ ready: true });
onStop(() => process.exit(0));

async function call(host: string): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    socket.resume().write('request\n');
    await once(socket, 'close');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
