import type { Http2Facts, HttpRequest, HttpResponse } from '../facts.ts';
import { parseHttp2 } from '../http2/parse-http2.ts';
import { parseHttpRequests } from './parse-http-request.ts';
import { parseHttpResponses } from './parse-http-response.ts';

/** Requests or responses of one direction; with those of HTTP/2 where the connection was upgraded to it (`Upgrade: h2c`). */
export function parseHttp(stream: Uint8Array): (HttpRequest | HttpResponse | Http2Facts)[] {
  const messages = [...parseHttpRequests(stream), ...parseHttpResponses(stream)];
  const last = messages.at(-1);
  return last?.isComplete === true && last.body.length > 0 ? [...messages, ...parseHttp2(last.body)] : messages;
}
