import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Start } from '../activity.ts';

/** Takes datagrams and says nothing. */
export interface UdpSink {
  readonly kind: 'udp-sink';
  readonly ports: readonly number[];
}

export const start: Start<UdpSink> = async ({ ports }, work) => {
  for (const port of ports) {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 }, () => {
      work.done += 1;
    });
    socket.bind(port);
    await once(socket, 'listening');
  }
};
