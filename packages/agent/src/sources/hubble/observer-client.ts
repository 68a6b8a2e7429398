import { Client, type ClientReadableStream, credentials, type ServiceError } from '@grpc/grpc-js';
import {
  type FlowsRequest,
  type FlowsResponse,
  flowsRequest,
  flowsResponse,
  type ServerStatus,
  statusRequest,
  statusResponse,
} from './messages.ts';
import type { RelaySettings } from './relay-settings.ts';

const STATUS_MS = 10_000;

/** Calls of `observer.Observer`, over one connection that is made at the first. */
export class ObserverClient {
  readonly #client: Client;

  constructor({ host, port, tls }: RelaySettings) {
    const target = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    const secrets =
      tls === undefined
        ? credentials.createInsecure()
        : credentials.createSsl(tls.ca ?? null, tls.key ?? null, tls.cert ?? null);
    this.#client = new Client(target, secrets, {
      ...(tls?.serverName === undefined ? {} : { 'grpc.ssl_target_name_override': tls.serverName }),
      // Retries are ours, and no configuration comes from outside.
      'grpc.enable_retries': 0,
      'grpc.service_config_disable_resolution': 1,
      'grpc.enable_http_proxy': 0,
      // A channel of its own: one that another client broke is not lent.
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  /** What the relay says of itself. Rejects with gRPC's error. */
  status(): Promise<ServerStatus> {
    const { promise, resolve, reject } = Promise.withResolvers<ServerStatus>();
    this.#client.makeUnaryRequest(
      '/observer.Observer/ServerStatus',
      statusRequest.encode,
      statusResponse.decode,
      {},
      { deadline: Date.now() + STATUS_MS },
      (error: ServiceError | null, answer?: ServerStatus) => {
        if (error !== null) reject(error);
        else resolve(answer ?? {});
      },
    );
    return promise;
  }

  /** Flows as they come, until it is cancelled. */
  flows(request: FlowsRequest): ClientReadableStream<FlowsResponse> {
    return this.#client.makeServerStreamRequest(
      '/observer.Observer/GetFlows',
      flowsRequest.encode,
      flowsResponse.decode,
      request,
    );
  }

  close(): void {
    this.#client.close();
  }
}
