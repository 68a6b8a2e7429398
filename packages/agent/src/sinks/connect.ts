import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { isIP, connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { isForbidden, resolveAllowed } from './address-guard.ts';
import { secretError } from './secret-file.ts';
import { DeliveryError } from './sink.ts';

/** The part of a sink's settings that says how to reach it. */
export interface Reach {
  readonly allowLinkLocal: boolean;
  readonly tlsCaFile?: string | undefined;
  readonly tlsCertFile?: string | undefined;
  readonly tlsKeyFile?: string | undefined;
}

export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/**
 * A connection that is open and, with TLS, whose other end has shown who it is. Only to an address that may be connected to.
 * Rejects with the system's error, NG_ERR_SINK_ADDRESS, NG_ERR_SINK_SECRET, or the reason of `signal`.
 */
export async function connect({ host, port, tls }: Destination, reach: Reach, signal: AbortSignal): Promise<Socket> {
  const addresses = await aborting(resolveAllowed(host, reach.allowLinkLocal, signal), signal);
  const files = tls ? readTlsFiles(reach) : {};
  const plain = netConnect({
    host,
    port,
    autoSelectFamily: true,
    lookup: (_name, _options, done) => done(null, addresses),
  });
  // What goes wrong later is told to whoever reads or writes then; nobody may be doing so at that moment.
  plain.on('error', () => undefined);
  try {
    await once(plain, 'connect', { signal });
    if (!reach.allowLinkLocal && isForbidden(plain.remoteAddress ?? '')) {
      throw new DeliveryError('NG_ERR_SINK_ADDRESS', `connecting to ${host}`, { cause: String(plain.remoteAddress) });
    }
    if (!tls) return plain;
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const secure = tlsConnect({ socket: plain, host, ...servername, ...files });
    secure.on('error', () => undefined);
    await once(secure, 'secureConnect', { signal });
    return secure;
  } catch (error) {
    plain.destroy();
    throw signal.aborted ? (signal.reason as Error) : error;
  }
}

/** The promise, or the reason of the signal where that comes first. */
export async function aborting<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason as Error);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Read at each connection: a file that was changed is in use at the next one. */
function readTlsFiles({ tlsCaFile, tlsCertFile, tlsKeyFile }: Reach) {
  return {
    ...(tlsCaFile === undefined ? {} : { ca: readPem(tlsCaFile) }),
    ...(tlsCertFile === undefined ? {} : { cert: readPem(tlsCertFile) }),
    ...(tlsKeyFile === undefined ? {} : { key: readPem(tlsKeyFile) }),
  };
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw secretError(file, cause);
  }
}
