import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Respond = (recorded: Recorded, reply: ServerResponse) => void;

/** A receiver on loopback that keeps what it got. Answers 200 unless a test says otherwise. */
export class RecordingServer {
  readonly got: Recorded[] = [];
  respond: Respond = (_, reply) => void reply.end('{}');
  readonly #server: Server;
  readonly #scheme: 'http' | 'https';

  private constructor(tls?: { readonly cert: string; readonly key: string }) {
    this.#scheme = tls ? 'https' : 'http';
    const listener = async (request: import('node:http').IncomingMessage, reply: ServerResponse) => {
      const { method = '', url: path = '', headers } = request;
      const recorded = { method, path, headers, body: await text(request).catch(() => '') };
      this.got.push(recorded);
      this.respond(recorded, reply);
    };
    this.#server = tls ? createTlsServer(tls, listener) : createServer(listener);
  }

  /** `port` 0 is a free one; a given one is for a receiver that comes back. */
  static async listen({
    port = 0,
    tls,
  }: {
    port?: number;
    tls?: { cert: string; key: string };
  } = {}): Promise<RecordingServer> {
    const recording = new RecordingServer(tls);
    await new Promise<void>((resolve, reject) => {
      recording.#server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    return recording;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`;
  }

  bodies<T>(): T[] {
    return this.got.map(({ body }) => JSON.parse(body) as T);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
