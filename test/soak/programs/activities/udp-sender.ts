import { createSocket } from 'node:dgram';
import type { Start, Target } from '../activity.ts';
import { atRate, type Burst, between } from '../pace.ts';

/** Sends datagrams to each target, and waits for no answer: logs, metrics, traces. */
export interface UdpSender {
  readonly kind: 'udp-sender';
  readonly targets: readonly Target[];
  readonly perSecond: number;
  readonly bytes: number;
  readonly burst?: Burst;
}

export const start: Start<UdpSender> = ({ targets, perSecond, bytes, burst }, work) => {
  const socket = createSocket('udp4');
  socket.on('error', () => {});
  const line = Buffer.alloc(2 * bytes, '<13>web[7]: GET / 200 ');
  atRate(
    perSecond,
    () => {
      for (const { host, port } of targets) {
        socket.send(line.subarray(0, between(bytes / 2, 2 * bytes)), port, host);
        work.done += 1;
      }
    },
    burst,
  );
};
