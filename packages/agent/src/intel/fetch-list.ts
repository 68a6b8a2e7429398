import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { NetGuardError } from '@netguard/core';
import type { IntelListSettings } from '../config/intel-schema.ts';
import { connect } from '../sinks/connect.ts';
import { readSecret } from '../sinks/secret-file.ts';

/** What a server said of the copy that it gave, to ask whether there is another. */
export interface Validators {
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

export interface Fetched extends Validators {
  /** Undefined: what we have is the newest. */
  readonly text: string | undefined;
}

export interface Fetch {
  readonly settings: IntelListSettings;
  readonly known: Validators;
  readonly version: string;
  readonly signal: AbortSignal;
}

/** A slow server is given up after so long; 32 MiB in that time are half a megabyte a second. */
const TIMEOUT_MS = 60_000;
const LONGEST_VALIDATOR = 200;

/**
 * GETs a list on a connection of its own, to the configured host and nowhere else. Throws NG_ERR_INTEL_FETCH for any answer but
 * 200 and 304 (a redirect, too), for one that is larger than `maxBytes` (unpacked), and for what goes wrong on the way.
 */
export async function fetchList({ settings, known, version, signal }: Fetch): Promise<Fetched> {
  const url = new URL(settings.url ?? '');
  const within = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  let socket: Socket | undefined;
  try {
    const tls = url.protocol === 'https:';
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const port = url.port === '' ? (tls ? 443 : 80) : Number(url.port);
    const headers = headersOf(settings, known, version);
    socket = await connect({ host, port, tls }, { allowLinkLocal: false, tlsCaFile: settings.tlsCaFile }, within);
    const answer = await get(socket, url, headers, within);
    if (answer.statusCode === 304) return { ...known, text: undefined };
    checkStatus(answer);
    const text = await readBody(answer, settings.maxBytes);
    return { text, etag: validator(answer.headers.etag), lastModified: validator(answer.headers['last-modified']) };
  } catch (cause) {
    throw new NetGuardError('NG_ERR_INTEL_FETCH', `fetching list ${settings.name} from ${url.origin}`, {
      cause: within.aborted ? within.reason : cause,
      hint: 'It is tried again by itself; the last good one stays in use.',
    });
  } finally {
    socket?.destroy();
  }
}

function headersOf({ tokenFile }: IntelListSettings, { etag, lastModified }: Validators, version: string) {
  return {
    accept: '*/*',
    'accept-encoding': 'gzip',
    'user-agent': `netguard/${version}`,
    connection: 'close',
    ...(etag === undefined ? undefined : { 'if-none-match': etag }),
    ...(lastModified === undefined ? undefined : { 'if-modified-since': lastModified }),
    ...(tokenFile === undefined ? undefined : { authorization: `Bearer ${readSecret(tokenFile)}` }),
  };
}

function get(socket: Socket, url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const asked = request({
    createConnection: () => socket,
    host: url.hostname,
    path: url.pathname + url.search,
    headers: { host: url.host, ...headers },
    signal,
  });
  asked.on('response', resolve);
  asked.on('error', reject);
  asked.end();
  return promise;
}

function checkStatus({ statusCode: status = 0, headers: { location } }: IncomingMessage): void {
  if (status === 200) return;
  const isRedirect = status >= 300 && status < 400 && location !== undefined;
  throw new Error(
    isRedirect
      ? `it answered ${status} and leads to ${JSON.stringify(location.slice(0, 200))}, which is not followed: set url to where the list is`
      : `it answered ${status}`,
  );
}

async function readBody(answer: IncomingMessage, maxBytes: number): Promise<string> {
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of unpacked(answer, encoding) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`it is larger than maxBytes (${maxBytes})`);
    chunks.push(chunk);
  }
  if (!answer.complete) throw new Error('the answer was cut off');
  return Buffer.concat(chunks).toString('utf8');
}

function unpacked(answer: IncomingMessage, encoding: string): Readable {
  if (encoding === 'identity') return answer;
  if (encoding !== 'gzip') throw new Error(`its encoding is ${JSON.stringify(encoding.slice(0, 40))}`);
  const gunzip = createGunzip();
  answer.on('error', (error) => gunzip.destroy(error));
  return answer.pipe(gunzip);
}

function validator(header: string | undefined): string | undefined {
  return header === undefined || header.length > LONGEST_VALIDATOR ? undefined : header;
}
