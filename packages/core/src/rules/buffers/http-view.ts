import type { ApplicationFacts, Http2Facts, HttpRequest, HttpResponse } from '../../payload/facts.ts';

type Headers = readonly (readonly [name: string, value: string])[];

/** A request or response of HTTP/1 or HTTP/2, as the keywords of rules see it. */
export interface HttpView {
  readonly isRequest: boolean;
  readonly method: string | undefined;
  readonly target: string | undefined;
  readonly version: string;
  readonly status: string | undefined;
  readonly reason: string | undefined;
  readonly headers: Headers;
  readonly head: Uint8Array | undefined;
  readonly body: Uint8Array | undefined;
}

let lastFacts: ApplicationFacts | undefined;
let lastView: HttpView | undefined;

/** The view of these facts, or undefined when they are not of HTTP. The last one is remembered: many buffers ask for it. */
export function httpView(facts: ApplicationFacts): HttpView | undefined {
  if (facts === lastFacts) return lastView;
  lastFacts = facts;
  lastView = makeView(facts);
  return lastView;
}

/** Lets go of what the last view holds. */
export function forgetHttpView(): void {
  lastFacts = undefined;
  lastView = undefined;
}

function makeView(facts: ApplicationFacts): HttpView | undefined {
  if (facts.protocol === 'http2') return http2View(facts);
  if (facts.protocol !== 'http') return undefined;
  return facts.message === 'request' ? requestView(facts) : responseView(facts);
}

function requestView({ method, target, version, headers, head, body }: HttpRequest): HttpView {
  return {
    isRequest: true,
    method,
    target,
    version,
    status: undefined,
    reason: undefined,
    headers: joinRepeated(headers),
    head,
    body,
  };
}

function responseView({ version, status, reason, headers, head, body }: HttpResponse): HttpView {
  return {
    isRequest: false,
    method: undefined,
    target: undefined,
    version,
    status: String(status),
    reason,
    headers: joinRepeated(headers),
    head,
    body,
  };
}

/** Pseudo-headers become what they stand for; `:authority` is the host. */
function http2View({ message, headers }: Http2Facts): HttpView | undefined {
  if (message === 'settings') return undefined;
  const pseudo = (name: string): string | undefined => headers.find(([key]) => key === name)?.[1];
  const authority = pseudo(':authority');
  const plain = headers.filter(([name]) => !name.startsWith(':'));
  return {
    isRequest: message === 'request',
    method: pseudo(':method'),
    target: pseudo(':path'),
    version: 'HTTP/2',
    status: pseudo(':status'),
    reason: undefined,
    headers: joinRepeated(authority === undefined ? plain : [['host', authority], ...plain]),
    head: undefined,
    body: undefined,
  };
}

/** Headers of one name become one, values parted by a comma and a space, as libhtp gives them to rules; of lengths the first stays. */
function joinRepeated(headers: Headers): Headers {
  const joined = new Map<string, [string, string]>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const known = joined.get(key);
    if (known === undefined) joined.set(key, [name, value]);
    else if (key !== 'content-length') known[1] += `, ${value}`;
  }
  return joined.size === headers.length ? headers : [...joined.values()];
}

/** The value of a header, its name in lower case. */
export function headerOf({ headers }: HttpView, wanted: string): string | undefined {
  for (const [name, value] of headers) {
    if (name.length === wanted.length && name.toLowerCase() === wanted) return value;
  }
  return undefined;
}
