/** Answers whoever asks with `perSecond` datagrams a second for `seconds`: a video. To ask again meanwhile changes nothing. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { onStop, say, settings } from '../../e2e/support/programs/settings.ts';

const { port, perSecond, seconds } = settings<{ port: number; perSecond: number; seconds: number }>();
const viewers = new Set<string>();
const payload = Buffer.alloc(1200, 0x61);
const socket = createSocket({ type: 'udp4', sendBufferSize: 1 << 22 }, (_message, { address, port: to }) => {
  const viewer = `${address}:${to}`;
  if (viewers.has(viewer)) return;
  viewers.add(viewer);
  void stream(address, to).finally(() => viewers.delete(viewer));
});

async function stream(address: string, to: number): Promise<void> {
  const startMs = Date.now();
  let sent = 0;
  for (let nowMs = startMs; nowMs - startMs < seconds * 1000; nowMs = Date.now()) {
    for (const due = ((nowMs - startMs) * perSecond) / 1000; sent < due; sent += 1) socket.send(payload, to, address);
    await sleep(5);
  }
}

socket.bind(port);
await once(socket, 'listening');
say({ ready: true });
onStop(() => process.exit(0));
