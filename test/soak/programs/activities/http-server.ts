import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Start } from '../activity.ts';
import { between } from '../pace.ts';

/** Answers each request with some bytes, after a moment. */
export interface HttpServer {
  readonly kind: 'http-server';
  readonly ports: readonly number[];
  readonly bytes: number;
  readonly afterMs?: number;
}

export const start: Start<HttpServer> = async ({ ports, bytes, afterMs = 0 }, work) => {
  const body = Buffer.alloc(bytes * 2, 'answer ');
  for (const port of ports) {
    const server = createServer((request, response) => {
      request.resume();
      const answer = () => response.end(body.subarray(0, between(bytes / 2, bytes * 2)));
      if (afterMs > 0) setTimeout(answer, between(afterMs / 2, afterMs * 2));
      else answer();
      work.done += 1;
    });
    server.on('clientError', (_, socket) => socket.destroy());
    server.listen(port, '0.0.0.0');
    await once(server, 'listening');
  }
};
