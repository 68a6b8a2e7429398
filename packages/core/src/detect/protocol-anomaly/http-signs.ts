import { parseAddress } from '../../address.ts';
import type { HttpRequest } from '../../payload/facts.ts';

const WEB_PORTS = new Set([80, 81, 443, 3000, 5000, 8000, 8008, 8080, 8081, 8088, 8443, 8888, 9000]);
const FEW_HEADERS = 3;
/** Cookies have names; some implants put their session's data there and nothing else. */
const BARE_BASE64 = /^[A-Za-z0-9+/_-]{40,}={0,2}$/;
/** A body that tells what it is is an application's. */
const STRUCTURED = /json|xml|form|text|graphql|protobuf|grpc|multipart|html/i;
const LONG_BODY = 64;

/** What in a request to the world no ordinary client sends. Most have none. */
export function httpSigns(request: HttpRequest, port: number): string[] {
  const header = (name: string): string | undefined =>
    request.headers.find(([key]) => key.toLowerCase() === name)?.[1].trim();
  const signs: string[] = [];
  const host = header('host');
  if (host === undefined || isAddress(host)) signs.push('no name of a host');
  if (!header('user-agent')) signs.push('no user agent');
  if (BARE_BASE64.test(header('cookie') ?? '')) signs.push('a cookie that is only base64');
  if (request.method === 'POST' && isShapeless(request, header('content-type'))) signs.push('a body without structure');
  if (!WEB_PORTS.has(port)) signs.push('an unusual port');
  if (request.isComplete && request.headers.length <= FEW_HEADERS) signs.push('hardly a header');
  return signs;
}

function isAddress(host: string): boolean {
  const name = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d{1,5}$/, '');
  return parseAddress(name) !== undefined;
}

/** Bytes that are no text, and no word of what they are. */
function isShapeless({ body }: HttpRequest, type: string | undefined): boolean {
  if (type !== undefined && STRUCTURED.test(type) && !type.includes('form-urlencoded')) return false;
  const head = body.subarray(0, LONG_BODY);
  if (head.length < LONG_BODY) return false;
  let odd = 0;
  for (const byte of head) if (byte < 0x20 || byte >= 0x7f) odd++;
  return odd > head.length / 4;
}
