import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { parseRetryAfter } from '../backoff.ts';
import { connect, type Reach } from './connect.ts';
import { oneLine } from './plain-text.ts';
import { readSecret } from './secret-file.ts';
import { DeliveryError } from './sink.ts';

/** The part of a sink's settings that says how to speak HTTP with it. */
export interface HttpAccess extends Reach {
  readonly bearerTokenFile?: string | undefined;
  readonly basicAuthFile?: string | undefined;
}

export interface Post {
  readonly url: URL;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly access: HttpAccess;
  /** NetGuard's, for the User-Agent. */
  readonly version: string;
  readonly signal: AbortSignal;
}

/** What is read of an answer: enough for its first line. */
const ANSWER_BYTES = 4096;
/** More of a body than this is not waited for. */
const MOST_DRAINED_BYTES = 1_048_576;

/**
 * POSTs JSON on a connection of its own and resolves with the beginning of the answer when it is 2xx. Redirects are not
 * followed. Throws DeliveryError: `final` for what the receiver will never take (4xx but 408 and 429), else to be tried again.
 */
export async function postJson({ url, body, headers = {}, access, version, signal }: Post): Promise<string> {
  const tls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? (tls ? 443 : 80) : Number(url.port);
  const authorization = readAuthorization(access);
  const socket = await connect({ host, port, tls }, access, signal);
  try {
    const answer = await exchange(
      socket,
      url,
      {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': `netguard/${version}`,
        connection: 'close',
        ...authorization,
        ...headers,
      },
      body,
      signal,
    );
    const beginning = await readBeginning(answer);
    checkStatus(answer, beginning, url);
    return beginning;
  } catch (error) {
    throw signal.aborted ? (signal.reason as Error) : error;
  } finally {
    socket.destroy();
  }
}

function exchange(
  socket: Socket,
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const asked = request({
    createConnection: () => socket,
    method: 'POST',
    host: url.hostname,
    path: url.pathname + url.search,
    headers: { host: url.host, ...headers },
    signal,
  });
  asked.on('response', resolve);
  asked.on('error', reject);
  asked.end(body);
  return promise;
}

async function readBeginning(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let kept = 0;
  let seen = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    seen += chunk.length;
    if (kept < ANSWER_BYTES) chunks.push(chunk.subarray(0, ANSWER_BYTES - kept));
    kept = Math.min(ANSWER_BYTES, seen);
    if (seen > MOST_DRAINED_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function checkStatus(answer: IncomingMessage, beginning: string, url: URL): void {
  const { statusCode: status = 0, headers } = answer;
  if (status >= 200 && status < 300) return;
  const [line = ''] = beginning.split('\n', 1);
  const said = line.trim() === '' ? '' : `: ${oneLine(line, 200)}`;
  const isFinal = status >= 400 && status < 500 && status !== 408 && status !== 429;
  const redirect = status >= 300 && status < 400 ? ', a redirect, which is not followed' : '';
  throw new DeliveryError(isFinal ? 'NG_ERR_SINK_REFUSED' : 'NG_ERR_SINK_ANSWER', `sending to ${url.origin}`, {
    cause: `it answered ${status}${redirect}${said}`,
    final: isFinal,
    retryAfterMs: parseRetryAfter(headers['retry-after'], Date.now()),
  });
}

function readAuthorization({ bearerTokenFile, basicAuthFile }: HttpAccess): Record<string, string> {
  if (bearerTokenFile !== undefined) return { authorization: `Bearer ${readSecret(bearerTokenFile)}` };
  if (basicAuthFile === undefined) return {};
  return { authorization: `Basic ${Buffer.from(readSecret(basicAuthFile)).toString('base64')}` };
}
