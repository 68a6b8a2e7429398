import { type BufferDefinition, latin1 } from './buffer.ts';
import { decodedBody } from './http-body.ts';
import { type HttpView, headerOf, httpView } from './http-view.ts';
import { hostOfTarget, hostOnly, normaliseUri } from './normalise-uri.ts';

type Read = (view: HttpView) => string | Uint8Array | undefined;

const PROTOCOLS = ['http', 'http2'];

function buffer(name: string, direction: BufferDefinition['direction'], rarity: number, read: Read): BufferDefinition {
  return {
    name,
    protocols: PROTOCOLS,
    direction,
    rarity,
    read: (facts) => {
      const view = httpView(facts);
      if (view === undefined) return undefined;
      if (direction !== 'both' && view.isRequest !== (direction === 'to-server')) return undefined;
      const value = read(view);
      return typeof value === 'string' ? latin1(value) : value;
    },
  };
}

function header(name: string, direction: BufferDefinition['direction'], header: string): BufferDefinition {
  return buffer(name, direction, 1, (view) => headerOf(view, header));
}

/** Headers with their names and line ends, without cookies: these have a buffer of their own. */
function headerLines({ headers, isRequest }: HttpView): string | undefined {
  const cookie = isRequest ? 'cookie' : 'set-cookie';
  let text = '';
  for (const [name, value] of headers) if (name.toLowerCase() !== cookie) text += `${name}: ${value}\r\n`;
  return text === '' ? undefined : text;
}

function headerNames({ headers }: HttpView): string | undefined {
  return headers.length === 0 ? undefined : `\r\n${headers.map(([name]) => name).join('\r\n')}\r\n\r\n`;
}

function firstLine(view: HttpView): string {
  if (view.isRequest) return `${view.method} ${view.target}${view.version === '' ? '' : ` ${view.version}`}`;
  return `${view.version} ${view.status}${view.reason ? ` ${view.reason}` : ''}`;
}

/** The head after its first line, as sent. */
function rawHeaders({ head }: HttpView): Uint8Array | undefined {
  const newline = head?.indexOf(10) ?? -1;
  return head === undefined || newline < 0 || newline + 1 >= head.length ? undefined : head.subarray(newline + 1);
}

function host(view: HttpView): string | undefined {
  const name = view.target === undefined ? undefined : hostOfTarget(view.target);
  if (name !== undefined) return name;
  const value = headerOf(view, 'host');
  return value === undefined ? undefined : hostOnly(value);
}

function content(view: HttpView): Uint8Array | undefined {
  return view.body === undefined || view.body.length === 0 ? undefined : view.body;
}

/** Buffers of requests and responses (Suricata 7, http-keywords). */
export const HTTP_BUFFERS: readonly BufferDefinition[] = [
  buffer('http.uri', 'to-server', 2, ({ target }) => (target === undefined ? undefined : normaliseUri(target))),
  buffer('http.uri.raw', 'to-server', 2, ({ target }) => target),
  buffer('http.method', 'to-server', -2, ({ method }) => method),
  buffer('http.header', 'both', 1, headerLines),
  buffer('http.header.raw', 'both', 0, rawHeaders),
  buffer('http.header_names', 'both', 0, headerNames),
  buffer('http.cookie', 'both', 1, (view) => headerOf(view, view.isRequest ? 'cookie' : 'set-cookie')),
  header('http.user_agent', 'to-server', 'user-agent'),
  { ...buffer('http.host', 'to-server', 2, host), foldsCase: true },
  header('http.host.raw', 'to-server', 'host'),
  header('http.accept', 'to-server', 'accept'),
  header('http.accept_enc', 'to-server', 'accept-encoding'),
  header('http.accept_lang', 'to-server', 'accept-language'),
  header('http.referer', 'to-server', 'referer'),
  header('http.content_type', 'both', 'content-type'),
  header('http.content_len', 'both', 'content-length'),
  header('http.connection', 'both', 'connection'),
  header('http.server', 'to-client', 'server'),
  header('http.location', 'to-client', 'location'),
  buffer('http.request_line', 'to-server', 1, firstLine),
  buffer('http.response_line', 'to-client', 0, firstLine),
  buffer('http.request_body', 'to-server', 1, content),
  buffer('http.response_body', 'to-client', 1, decodedBody),
  buffer('file.data', 'both', 1, (view) => (view.isRequest ? content(view) : decodedBody(view))),
  buffer('http.stat_code', 'to-client', -2, ({ status }) => status),
  buffer('http.stat_msg', 'to-client', 0, ({ reason }) => (reason === '' ? undefined : reason)),
  buffer('http.protocol', 'both', -2, ({ version }) => (version === '' ? undefined : version)),
  buffer('http.start', 'both', 0, (view) => `${firstLine(view)}\r\n${headerLines(view) ?? ''}\r\n`),
];
