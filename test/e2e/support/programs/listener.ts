/**
 * A TCP server: answers each connection with a line and closes it. `sockets` listening sockets share the port
 * (SO_REUSEPORT); `acceptMs` is how long it sleeps at each accept, as a hung application does.
 */
import { createServer, type Socket } from 'node:net';
import { onStop, say, settings } from './settings.ts';

const {
  port,
  sockets = 1,
  backlog = 511,
  acceptMs = 0,
  host = '::',
} = settings<{
  port: number;
  sockets?: number;
  backlog?: number;
  acceptMs?: number;
  host?: string;
}>();

let accepted = 0;
const pause = new Int32Array(new SharedArrayBuffer(4));

function serve(socket: Socket): void {
  accepted += 1;
  socket.on('error', () => {});
  socket.end('hello\n');
  // Blocks the whole process between two accepts: the queue in front of it fills.
  if (acceptMs > 0) Atomics.wait(pause, 0, 0, acceptMs);
}

let ready = 0;
for (let i = 0; i < sockets; i += 1) {
  createServer(serve).listen({ port, host, backlog, reusePort: sockets > 1 }, () => {
    ready += 1;
    if (ready === sockets) say({ ready });
  });
}
onStop(() => {
  say({ accepted });
  process.exit(0);
});
