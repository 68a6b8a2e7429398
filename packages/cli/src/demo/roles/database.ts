import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ports } from '../pod-settings.ts';
import { frame, MessageReader } from './database-wire.ts';
import { between, text } from './pace.ts';

const ready = frame('Z', Buffer.from('I'));

/** The demo's database: answers each query with as many rows as its LIMIT says, after the time a disk needs. */
export async function serveDatabase(): Promise<void> {
  const server = createServer((socket) => {
    const reader = new MessageReader();
    socket.on('data', (chunk) => {
      try {
        for (const { type, payload } of reader.push(chunk)) {
          if (type === 'Q') void reply(socket, payload.toString('latin1'));
          else if (type === 'X') socket.end();
        }
      } catch {
        socket.destroy();
      }
    });
    socket.on('error', () => socket.destroy());
  });
  server.listen(ports.postgres, '0.0.0.0');
  await once(server, 'listening');
}

async function reply(socket: Socket, query: string): Promise<void> {
  const rows = Number(/LIMIT (\d+)/.exec(query)?.[1] ?? 0);
  await sleep(between(1, 4));
  for (let row = 0; row < rows; row += 1) {
    if (socket.destroyed) return;
    if (!socket.write(frame('D', text(between(80, 900)))))
      await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
  }
  if (!socket.destroyed) socket.write(Buffer.concat([frame('C', Buffer.from(`SELECT ${rows}\0`)), ready]));
}
