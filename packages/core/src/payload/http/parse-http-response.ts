import type { HttpResponse } from '../facts.ts';
import { latin1 } from '../latin1.ts';
import { PAYLOAD_LIMITS as LIMITS } from '../limits.ts';
import { headerValue, lineAt, readHeaderFields } from './http-head.ts';

/** `HTTP/1.1 200` at least. */
const SHORTEST = 12;
const STATUS_LINE = /^(HTTP\/\d(?:\.\d{1,2})?)[ \t]+(\d{3})(?:[ \t]+(.*))?$/is;

/**
 * The head of an HTTP/1 response (RFC 9112) and what follows it as its body; chunks are left as they were sent.
 * @param stream one direction from the first byte of the response
 */
export function parseHttpResponse(stream: Uint8Array): HttpResponse | undefined {
  if (stream.length < SHORTEST || latin1(stream, 0, 5).toUpperCase() !== 'HTTP/') return undefined;
  const line = lineAt(stream, 0);
  if (line.end > LIMITS.lineBytes) return undefined;
  const parts = STATUS_LINE.exec(latin1(stream, 0, line.end));
  if (parts === null) return undefined;
  const fields = line.isCut ? undefined : readHeaderFields(stream, line.next, 0);
  const end = fields?.end ?? stream.length;
  return {
    protocol: 'http',
    message: 'response',
    version: parts[1]!,
    status: Number(parts[2]),
    reason: (parts[3] ?? '').trimEnd(),
    headers: fields?.headers ?? [],
    head: stream.subarray(0, end),
    body: stream.subarray(end),
    isComplete: fields?.isComplete ?? false,
  };
}

/** Responses that follow one another (`100 Continue` and what came of it, a kept connection), as `parseHttpRequests`. */
export function parseHttpResponses(stream: Uint8Array): HttpResponse[] {
  const responses: HttpResponse[] = [];
  let rest = stream;
  while (responses.length < LIMITS.httpMessagesOfStream) {
    const response = parseHttpResponse(rest);
    if (response === undefined) break;
    responses.push(response);
    const length = bodyBytes(response);
    if (length === undefined || length >= response.body.length) break;
    const next = response.body.subarray(length);
    if (parseHttpResponse(next) === undefined) break;
    responses[responses.length - 1] = { ...response, body: response.body.subarray(0, length) };
    rest = next;
  }
  return responses;
}

function bodyBytes({ headers, isComplete, status }: HttpResponse): number | undefined {
  if (!isComplete || status === 101) return undefined;
  if (status < 200 || status === 204 || status === 304) return 0;
  if (headerValue(headers, 'transfer-encoding') !== undefined) return undefined;
  const length = headerValue(headers, 'content-length');
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}
