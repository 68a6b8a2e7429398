import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Start } from '../activity.ts';
import { between } from '../pace.ts';

/** Fetches or brings a large file every so often, no faster than it is told to. */
export interface BulkClient {
  readonly kind: 'bulk-client';
  readonly host: string;
  readonly port: number;
  readonly direction: 'get' | 'put';
  readonly bytes: number;
  readonly bytesPerSecond: number;
  readonly everySeconds: number;
}

const STEP_MS = 50;

export const start: Start<BulkClient> = (activity, work) => {
  void (async () => {
    for (;;) {
      try {
        await transfer(activity);
        work.done += 1;
      } catch {
        work.failed += 1;
      }
      await sleep(activity.everySeconds * 1000);
    }
  })();
};

async function transfer({ host, port, direction, bytes, bytesPerSecond }: BulkClient): Promise<void> {
  const socket = connect({ host, port });
  await once(socket, 'connect');
  const size = between(Math.round(bytes * 0.8), Math.round(bytes * 1.2));
  socket.write(`${direction === 'get' ? 'GET' : 'PUT'} ${size}\n`);
  const closed = once(socket, 'close');
  const step = Math.round((bytesPerSecond * STEP_MS) / 1000);
  if (direction === 'get') await fetchAll(socket, step, closed);
  else await bringAll(socket, size, step);
  await closed;
}

async function fetchAll(socket: Socket, step: number, closed: Promise<unknown>): Promise<void> {
  let isOver = false;
  void closed.then(() => {
    isOver = true;
  });
  let taken = 0;
  socket.on('data', (chunk) => {
    taken += chunk.length;
    if (taken > step) socket.pause();
  });
  while (!isOver) {
    await sleep(STEP_MS);
    taken = Math.max(0, taken - step);
    if (taken <= step) socket.resume();
  }
}

async function bringAll(socket: Socket, size: number, step: number): Promise<void> {
  const chunk = Buffer.alloc(step, 'archive ');
  socket.resume();
  for (let left = size; left > 0 && !socket.destroyed; left -= step) {
    socket.write(chunk.subarray(0, Math.min(left, step)));
    await sleep(STEP_MS);
  }
}
