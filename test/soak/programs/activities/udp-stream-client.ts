import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Start } from '../activity.ts';

/** Asks for a stream, says every few datagrams that they arrive, and after a while goes away while some are still on their way. */
export interface UdpStreamClient {
  readonly kind: 'udp-stream-client';
  readonly host: string;
  readonly port: number;
  readonly seconds: number;
  readonly everySeconds: number;
  readonly ackEvery: number;
}

export const start: Start<UdpStreamClient> = ({ host, port, seconds, everySeconds, ackEvery }, work) => {
  void (async () => {
    for (;;) {
      let received = 0;
      const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 }, () => {
        received += 1;
        if (received % ackEvery === 0) socket.send('ack', port, host);
      });
      socket.on('error', () => {});
      socket.send('play', port, host);
      await sleep(seconds * 1000);
      socket.close();
      if (received > 0) work.done += 1;
      else work.failed += 1;
      await sleep(Math.max(0, everySeconds - seconds) * 1000);
    }
  })();
};
