import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Start } from '../activity.ts';

/** A store of large files: `GET <bytes>` or `PUT <bytes>` and a line's end; a PUT is answered when it is whole. */
export interface BulkServer {
  readonly kind: 'bulk-server';
  readonly port: number;
}

const CHUNK = Buffer.alloc(65_536, 'archive ');

export const start: Start<BulkServer> = async ({ port }, work) => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (first) => {
      const head = first.subarray(0, first.indexOf('\n')).toString('latin1');
      const bytes = Number(head.slice(4));
      work.done += 1;
      if (head.startsWith('GET')) void give(socket, bytes);
      else take(socket, bytes - (first.length - head.length - 1));
    });
  });
  server.listen(port, '0.0.0.0');
  await once(server, 'listening');
};

async function give(socket: Socket, bytes: number): Promise<void> {
  for (let left = bytes; left > 0 && !socket.destroyed; left -= CHUNK.length) {
    if (socket.write(CHUNK.subarray(0, Math.min(left, CHUNK.length)))) continue;
    await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {});
  }
  socket.end();
}

function take(socket: Socket, bytes: number): void {
  let left = bytes;
  socket.on('data', (chunk) => {
    left -= chunk.length;
    if (left <= 0) socket.end('stored\n');
  });
}
