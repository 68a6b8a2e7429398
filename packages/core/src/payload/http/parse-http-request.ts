import type { HttpRequest } from '../facts.ts';
import { PAYLOAD_LIMITS as LIMITS } from '../limits.ts';
import { headerValue, readHeaderFields } from './http-head.ts';
import { requestLine } from './request-line.ts';

const LF = 10;
const CR = 13;

/**
 * The head of an HTTP/1 request (RFC 9112) and what follows it as its body; chunks are left as they were sent.
 * @param stream one direction from the first byte of the request
 * @returns undefined when it is no HTTP, also for a line that is cut off before its target
 */
export function parseHttpRequest(stream: Uint8Array): HttpRequest | undefined {
  const line = requestLine(stream, skipEmptyLines(stream));
  if (line === undefined) return undefined;
  const { method, target, version } = line;
  const fields = line.isCut ? undefined : readHeaderFields(stream, line.next, 0);
  // HTTP/0.9 has no header fields and no blank line.
  const isComplete = fields?.isComplete === true || (version === '' && line.next === stream.length && !line.isCut);
  const end = fields?.end ?? stream.length;
  return {
    protocol: 'http',
    message: 'request',
    method,
    target,
    version,
    headers: fields?.headers ?? [],
    head: stream.subarray(0, end),
    body: stream.subarray(end),
    isComplete,
  };
}

/**
 * Requests that follow one another on a kept connection, as far as the length of each is known from its head. The body of the
 * last one goes to the end of the stream.
 */
export function parseHttpRequests(stream: Uint8Array): HttpRequest[] {
  const requests: HttpRequest[] = [];
  let rest = stream;
  while (requests.length < LIMITS.httpMessagesOfStream) {
    const request = parseHttpRequest(rest);
    if (request === undefined) break;
    requests.push(request);
    const length = bodyBytes(request);
    if (length === undefined || length >= request.body.length) break;
    const next = request.body.subarray(length);
    if (parseHttpRequest(next) === undefined) break;
    requests[requests.length - 1] = { ...request, body: request.body.subarray(0, length) };
    rest = next;
  }
  return requests;
}

function bodyBytes({ headers, isComplete, version, method }: HttpRequest): number | undefined {
  if (!isComplete || version === '' || method === 'CONNECT') return undefined;
  if (headerValue(headers, 'transfer-encoding') !== undefined) return undefined;
  const length = headerValue(headers, 'content-length');
  if (length === undefined) return 0;
  return /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}

function skipEmptyLines(stream: Uint8Array): number {
  let at = 0;
  for (let lines = 0; lines < LIMITS.httpEmptyLines; lines++) {
    const feed = stream[at] === CR ? at + 1 : at;
    if (stream[feed] !== LF) break;
    at = feed + 1;
  }
  return at;
}
