import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';

/** What a page handler gives back: the answer's bytes. A rejection becomes status 502. */
export type PageHandler = (path: string, request: IncomingMessage) => Promise<Buffer> | Buffer;

/** Serves HTTP on all of the pod's addresses. Resolves when it listens. */
export async function serveHttp(port: number, page: PageHandler): Promise<void> {
  const server = createServer({ keepAliveTimeout: 15_000 }, async (request, response) => {
    request.resume();
    try {
      response.end(await page(request.url ?? '/', request));
    } catch {
      response.statusCode = 502;
      response.end();
    }
  });
  server.on('clientError', (_, socket) => socket.destroy());
  server.listen(port, '0.0.0.0');
  await once(server, 'listening');
}
