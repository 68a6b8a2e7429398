import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Start } from '../activity.ts';
import { type Burst, isOn } from '../pace.ts';

/** Greets, answers each message, and leaves it to the client to go. */
export interface TcpServer {
  readonly kind: 'tcp-server';
  readonly ports: readonly number[];
  /** What it says first; nothing unless set, as an HTTP server. */
  readonly greeting?: string;
  readonly answer: number;
  readonly backlog?: number;
  /** Sleeps so long at each accept, as a hung application does. */
  readonly acceptMs?: number;
  /** When it does not listen: its clients are refused meanwhile. */
  readonly away?: Burst;
}

export const start: Start<TcpServer> = async (activity, work) => {
  for (const port of activity.ports) await serve(activity, port, work);
};

async function serve(activity: TcpServer, port: number, work: Parameters<typeof start>[1]): Promise<void> {
  const { greeting, answer, backlog = 511, acceptMs = 0, away } = activity;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const reply = Buffer.alloc(answer, 'reply ');
  const server = createServer((socket) => {
    work.done += 1;
    socket.on('error', () => {});
    if (greeting !== undefined) socket.write(greeting);
    socket.on('data', () => socket.write(reply));
    socket.on('end', () => socket.end());
    // Blocks the whole process between two accepts: the queue in front of it fills.
    if (acceptMs > 0) Atomics.wait(pause, 0, 0, acceptMs);
  });
  const listen = async () => {
    server.listen({ port, host: '0.0.0.0', backlog });
    await once(server, 'listening');
  };
  await listen();
  if (away !== undefined) void stepOut(server, listen, away);
}

async function stepOut(server: ReturnType<typeof createServer>, listen: () => Promise<void>, away: Burst) {
  for (;;) {
    await sleep(200);
    if (isOn(away) === !server.listening) continue;
    if (server.listening) server.close();
    else await listen();
  }
}
