import { once } from 'node:events';
import { Server, ServerCredentials, type ServerWritableStream, status } from '@grpc/grpc-js';
import { hubbleBytes, hubbleObject } from './hubble-api.ts';

type Response = Record<string, unknown>;
type Call = ServerWritableStream<Record<string, unknown>, Response>;

export interface RelayDoubleOptions {
  /** Port; a free one unless set. */
  readonly port?: number;
  /** PEM texts; without them it speaks in plain. `clientCa`: clients must show a certificate that it signed. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
  /** Refuses every call with this status. */
  readonly refuse?: { readonly code: number; readonly details: string };
  /** Speaks gRPC, and nothing of Hubble's. */
  readonly isNoHubble?: boolean;
  /** Flows that it remembers, the last ones, for those who ask for the past. */
  readonly remembers?: number;
}

/**
 * A gRPC server that answers `observer.Observer` as a Hubble relay does, as far as NetGuard asks: `ServerStatus`, and `GetFlows`
 * with `follow` and `since` from a ring of what was told. It knows of no filters, numbers or nodes, and sorts nothing.
 */
export class RelayDouble {
  readonly requests: Record<string, unknown>[] = [];
  readonly #server: Server;
  readonly #calls = new Set<Call>();
  readonly #told: Response[] = [];
  readonly #remembers: number;
  #port = 0;

  private constructor({ refuse, isNoHubble = false, remembers = 10_000 }: RelayDoubleOptions) {
    this.#remembers = remembers;
    this.#server = new Server();
    if (isNoHubble) return;
    this.#server.addService(
      {
        ServerStatus: method('ServerStatus', 'ServerStatusRequest', 'ServerStatusResponse', false),
        GetFlows: method('GetFlows', 'GetFlowsRequest', 'GetFlowsResponse', true),
      },
      {
        ServerStatus: (_call: unknown, answer: (error: object | null, value?: Response) => void) => {
          if (refuse !== undefined) answer(refuse);
          else
            answer(null, {
              version: 'double v0',
              num_connected_nodes: { value: 2 },
              seen_flows: this.#told.length,
              max_flows: this.#remembers,
            });
        },
        GetFlows: (call: Call) => {
          if (refuse !== undefined) call.emit('error', refuse);
          else this.#follow(call);
        },
      },
    );
  }

  static async open(options: RelayDoubleOptions = {}): Promise<RelayDouble> {
    const relay = new RelayDouble(options);
    const { tls, port = 0 } = options;
    const secrets =
      tls === undefined
        ? ServerCredentials.createInsecure()
        : ServerCredentials.createSsl(
            tls.clientCa === undefined ? null : Buffer.from(tls.clientCa),
            [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }],
            tls.clientCa !== undefined,
          );
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    relay.#server.bindAsync(`127.0.0.1:${port}`, secrets, (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
    relay.#port = await promise;
    return relay;
  }

  get port(): number {
    return this.#port;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get followers(): number {
    return this.#calls.size;
  }

  /** Tells these to all that follow, and remembers the last of them. Waits where they do not keep up. */
  async tell(responses: readonly Response[]): Promise<void> {
    for (const response of responses) {
      this.remember([response]);
      for (const call of this.#calls) if (!call.write(response)) await once(call, 'drain');
    }
  }

  /** As if told while nobody followed. */
  remember(responses: readonly Response[]): void {
    this.#told.push(...responses);
    this.#told.splice(0, Math.max(0, this.#told.length - this.#remembers));
  }

  /** Ends all streams with an error, as a relay that restarts does. */
  breakStreams(): void {
    for (const call of this.#calls) call.emit('error', { code: status.UNAVAILABLE, details: 'going away' });
    this.#calls.clear();
  }

  /** At once, whoever is connected. */
  close(): void {
    this.#server.forceShutdown();
  }

  #follow(call: Call): void {
    this.requests.push(call.request);
    const sinceMs = timeOf(call.request.since);
    if (sinceMs !== undefined) {
      for (const response of this.#told) if ((timeOf(response.time) ?? 0) >= sinceMs) call.write(response);
    }
    this.#calls.add(call);
    call.on('cancelled', () => this.#calls.delete(call));
    call.on('close', () => this.#calls.delete(call));
  }
}

function method(name: string, request: string, response: string, responseStream: boolean) {
  return {
    path: `/observer.Observer/${name}`,
    requestStream: false,
    responseStream,
    requestSerialize: (value: object) => hubbleBytes(request, value),
    requestDeserialize: (bytes: Buffer) => hubbleObject(request, bytes),
    responseSerialize: (value: object) => hubbleBytes(response, value),
    responseDeserialize: (bytes: Buffer) => hubbleObject(response, bytes),
  };
}

function timeOf(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { seconds = 0, nanos = 0 } = value as { seconds?: number; nanos?: number };
  return seconds * 1000 + nanos / 1e6;
}
