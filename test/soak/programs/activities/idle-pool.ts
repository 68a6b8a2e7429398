import { connect } from 'node:net';
import type { Start } from '../activity.ts';

/** A pool of connections that idle, with a small question on each now and then to keep it alive. A lost one is opened again. */
export interface IdlePool {
  readonly kind: 'idle-pool';
  readonly host: string;
  readonly port: number;
  readonly count: number;
  /** Seconds between two questions on one connection. */
  readonly everySeconds: number;
}

const AGAIN_MS = 2000;

export const start: Start<IdlePool> = ({ host, port, count, everySeconds }, work) => {
  const open = (index: number): void => {
    const ask = () => socket.write('SELECT 1');
    const socket = connect({ host, port }, () => {
      work.done += 1;
      ask();
    });
    const timer = setInterval(() => socket.writable && ask(), everySeconds * 1000 + index * 7);
    socket.resume().on('error', () => {
      work.failed += 1;
    });
    socket.on('close', () => {
      clearInterval(timer);
      setTimeout(open, AGAIN_MS, index);
    });
  };
  for (let index = 0; index < count; index += 1) open(index);
};
