import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Start } from '../activity.ts';

/** Sends who asks a stream of datagrams for so long as it goes on saying that they arrive, as a QUIC server does. */
export interface UdpStreamServer {
  readonly kind: 'udp-stream-server';
  readonly port: number;
  readonly perSecond: number;
  readonly bytes: number;
}

const SILENCE_MS = 2000;
const STEP_MS = 20;

export const start: Start<UdpStreamServer> = async ({ port, perSecond, bytes }, work) => {
  const payload = Buffer.alloc(bytes, 'video ');
  const lastHeardMs = new Map<string, number>();
  const socket = createSocket({ type: 'udp4', sendBufferSize: 1 << 20 }, (_message, { address, port: to }) => {
    const viewer = `${address}:${to}`;
    const isNew = !lastHeardMs.has(viewer);
    lastHeardMs.set(viewer, performance.now());
    if (!isNew) return;
    work.done += 1;
    const timer = setInterval(() => {
      for (let sent = 0; sent < (perSecond * STEP_MS) / 1000; sent += 1) socket.send(payload, to, address);
      if (performance.now() - (lastHeardMs.get(viewer) ?? 0) < SILENCE_MS) return;
      lastHeardMs.delete(viewer);
      clearInterval(timer);
    }, STEP_MS);
  });
  socket.on('error', () => {});
  socket.bind(port);
  await once(socket, 'listening');
};
