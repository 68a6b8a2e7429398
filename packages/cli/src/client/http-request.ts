import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface RequestOptions {
  /** GET unless set. */
  readonly method?: 'GET' | 'POST' | 'DELETE' | undefined;
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** PEM: the only authority trusted, when given. */
  readonly ca?: string | undefined;
  /** Milliseconds without a byte before the request is given up. */
  readonly idleMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A request whose answer is still to be read. node:http and not fetch, which cannot be told which authority to trust. */
export function httpRequest(url: URL, options: RequestOptions): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method: options.method ?? 'GET',
    headers: { accept: 'application/json', ...options.headers },
    agent: false,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  request.setTimeout(options.idleMs, () => {
    request.destroy(Object.assign(new Error(`no answer within ${options.idleMs / 1000} s`), { code: 'ETIMEDOUT' }));
  });
  request.on('response', resolve);
  request.on('error', reject);
  request.end(options.body);
  return promise;
}

/** The whole body as text, as `readBytes`. */
export async function readBody(response: IncomingMessage, limit = 256 * 1024 * 1024): Promise<string> {
  return (await readBytes(response, limit)).toString('utf8');
}

/** The whole body, refused beyond `limit` bytes: a stray server must not fill the memory. */
export async function readBytes(response: IncomingMessage, limit = 256 * 1024 * 1024): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) {
      response.destroy();
      throw new Error(`the answer is larger than ${limit} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
