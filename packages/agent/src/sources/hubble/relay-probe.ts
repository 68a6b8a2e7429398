import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { RelaySettings } from './relay-settings.ts';

/**
 * How far one comes on the way to a relay: gRPC tells that there was no connection, and seldom why.
 * - `unreachable`: no name, no route, nobody listens, nobody answers.
 * - `tls`: somebody listens, and the handshake ended.
 * - `hung-up`: it closed the connection after the handshake, which is how some refuse a client.
 * - `speaks-tls`: we do not, and the other side does.
 * - `no-tls`: the other side does not.
 * - `open`: nothing was wrong on the way.
 */
export type Reach =
  | { readonly kind: 'unreachable' | 'tls' | 'hung-up'; readonly cause: Error }
  | { readonly kind: 'speaks-tls' | 'no-tls' | 'open' };

/** A server of TLS 1.3 refuses a client without certificate after the handshake. */
const AFTER_HANDSHAKE_MS = 300;
const HUNG_UP = new Error('the connection was closed after the handshake');

/** Connects and, with TLS, shakes hands, then closes. Never rejects. */
export async function probeRelay(settings: RelaySettings, timeoutMs = 5000): Promise<Reach> {
  const cause = await tryTcp(settings, timeoutMs);
  if (cause !== undefined) return { kind: 'unreachable', cause };
  if (settings.tls === undefined) {
    const failure = await tryTls(settings, { rejectUnauthorized: false }, Math.min(timeoutMs, 1000));
    return { kind: failure === undefined || isAskedForCertificate(failure) ? 'speaks-tls' : 'open' };
  }
  const { serverName, ca, cert, key } = settings.tls;
  const failure = await tryTls(
    settings,
    {
      ...(serverName === undefined ? {} : { servername: serverName }),
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    },
    timeoutMs,
  );
  if (failure === undefined) return { kind: 'open' };
  if (/wrong.version.number|packet length too long|record_layer/i.test(codeAndText(failure))) return { kind: 'no-tls' };
  return { kind: failure === HUNG_UP ? 'hung-up' : 'tls', cause: failure };
}

function tryTcp({ host, port }: RelaySettings, timeoutMs: number): Promise<Error | undefined> {
  return settle(connectTcp({ host, port }), 'connect', timeoutMs);
}

function tryTls({ host, port }: RelaySettings, options: ConnectionOptions, timeoutMs: number) {
  return settle(
    connectTls({ host, port, ALPNProtocols: ['h2'], ...options }),
    'secureConnect',
    timeoutMs,
    AFTER_HANDSHAKE_MS,
  );
}

/** Undefined once `event` came and nothing followed it within `afterMs`; else what went wrong. The socket is closed. */
async function settle(socket: Socket, event: string, timeoutMs: number, afterMs = 0): Promise<Error | undefined> {
  const { promise, resolve } = Promise.withResolvers<Error | undefined>();
  let timer = setTimeout(() => resolve(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  socket.once('error', resolve);
  let isThere = false;
  socket.once('close', () => resolve(isThere ? HUNG_UP : new Error('the connection was closed by the other side')));
  socket.once(event, () => {
    isThere = true;
    clearTimeout(timer);
    timer = setTimeout(() => resolve(undefined), afterMs);
    // HTTP/2 begins with what the server says; a request for a certificate that was not shown comes instead.
    socket.once('data', () => resolve(undefined));
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.removeAllListeners();
    socket.on('error', () => {});
    socket.destroy();
  }
}

function isAskedForCertificate(failure: Error): boolean {
  return /certificate.required|handshake.failure/i.test(codeAndText(failure));
}

function codeAndText(error: Error): string {
  return `${(error as NodeJS.ErrnoException).code ?? ''} ${error.message}`;
}
