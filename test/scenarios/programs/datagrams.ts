/**
 * Sends `perSecond` datagrams a second for `seconds` to one port: from one socket, or from a new one for each datagram
 * (`newSockets`), as resolvers do. Says how many went and how many came back.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { onStop, say, settings } from '../../e2e/support/programs/settings.ts';

const {
  host,
  port,
  perSecond,
  seconds,
  bytes,
  newSockets = false,
} = settings<{
  host: string;
  port: number;
  perSecond: number;
  seconds: number;
  bytes: number;
  newSockets?: boolean;
}>();
const payload = Buffer.alloc(bytes, 0x61);
let sent = 0;
let received = 0;
onStop(() => process.exit(0));

async function connected(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 22 });
  socket.on('error', () => {});
  socket.on('message', () => {
    received += 1;
    if (newSockets) socket.close();
  });
  socket.connect(port, host);
  await once(socket, 'connect');
  return socket;
}

const one = newSockets ? undefined : await connected();
const startMs = Date.now();
for (let nowMs = startMs; nowMs - startMs < seconds * 1000; nowMs = Date.now()) {
  const due = Math.floor(((nowMs - startMs) * perSecond) / 1000);
  for (; sent < due; sent += 1) {
    const socket = one ?? (await connected());
    socket.send(payload, () => {});
  }
  await sleep(5);
}
await sleep(200);
say({ sent, received });
process.exit(0);
