/** What any server of ours listens with, and what is said when it cannot. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { NetGuardError } from '@netguard/core';
import { findPortHolder } from './port-holder.ts';
import type { TlsPair } from './tls-files.ts';

const LIMITS = { maxHeaderSize: 16_384, headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 75_000 };
/** Connections at once: scrapers, a few users, and an end to what a mistaken client can open. */
const MAX_CONNECTIONS = 512;

/** An HTTP server, with TLS where there is a certificate, that is not listening yet. */
export function createLimitedServer(tls: TlsPair | null, handler: RequestListener): Server | TlsServer {
  const server = tls === null ? createServer(LIMITS, handler) : createTlsServer({ ...LIMITS, ...tls }, handler);
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

/** NG_ERR_LISTEN; `setting` is the flag or key where another address is chosen. */
export function listenError(listen: string, port: number, setting: string, cause: unknown): NetGuardError {
  return new NetGuardError('NG_ERR_LISTEN', `listening on ${listen}`, {
    cause: new Error(listenReason(port, setting, cause), { cause }),
  });
}

function listenReason(port: number, setting: string, cause: unknown): string {
  const error = cause as NodeJS.ErrnoException;
  if (error.code === 'EADDRINUSE') {
    const holder = findPortHolder(port);
    const by = holder === undefined ? '' : ` (by pid ${holder.pid}, ${holder.comm})`;
    return `port ${port} is in use${by}; choose another with ${setting}`;
  }
  if (error.code === 'EACCES') return `port ${port} needs more privilege; choose one above 1023 with ${setting}`;
  if (error.code === 'EADDRNOTAVAIL') return `this machine does not have that address; choose another with ${setting}`;
  return error.message;
}
