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
  readonly #host: string;

  private constructor(host: string, tls?: { readonly cert: string; readonly key: string }) {
    this.#host = host;
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
    host = '127.0.0.1',
    tls,
  }: {
    port?: number;
    host?: string;
    tls?: { cert: string; key: string };
  } = {}): Promise<RecordingServer> {
    const recording = new RecordingServer(host, tls);
    await new Promise<void>((resolve, reject) => {
      recording.#server.once('error', reject).listen(port, host, resolve);
    });
    return recording;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.#scheme}://${this.#host}:${this.port}`;
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
