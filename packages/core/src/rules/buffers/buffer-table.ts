import type { BufferDefinition } from './buffer.ts';
import { HTTP_BUFFERS } from './http-buffers.ts';
import { OTHER_BUFFERS } from './other-buffers.ts';
import { TLS_BUFFERS } from './tls-buffers.ts';

const BY_NAME = new Map([...HTTP_BUFFERS, ...TLS_BUFFERS, ...OTHER_BUFFERS].map((buffer) => [buffer.name, buffer]));

/** Older names of the same buffers, which stand before their contents as well. */
const ALIASES: Readonly<Record<string, string>> = {
  http_header_names: 'http.header_names',
  http_accept: 'http.accept',
  http_accept_enc: 'http.accept_enc',
  http_accept_lang: 'http.accept_lang',
  http_referer: 'http.referer',
  http_content_type: 'http.content_type',
  http_content_len: 'http.content_len',
  http_connection: 'http.connection',
  http_request_line: 'http.request_line',
  http_response_line: 'http.response_line',
  http_protocol: 'http.protocol',
  http_start: 'http.start',
  http_server: 'http.server',
  http_location: 'http.location',
  file_data: 'file.data',
  tls_sni: 'tls.sni',
  tls_cert_subject: 'tls.cert_subject',
  tls_cert_issuer: 'tls.cert_issuer',
  tls_cert_serial: 'tls.cert_serial',
  tls_cert_fingerprint: 'tls.cert_fingerprint',
  dns_query: 'dns.query',
  ja3_hash: 'ja3.hash',
  ja3_string: 'ja3.string',
  ssh_proto: 'ssh.proto',
  ssh_software: 'ssh.software',
};

/** Modifiers that stand after the content they move to a buffer. */
const MODIFIERS: Readonly<Record<string, string>> = {
  http_uri: 'http.uri',
  http_raw_uri: 'http.uri.raw',
  http_method: 'http.method',
  http_header: 'http.header',
  http_raw_header: 'http.header.raw',
  http_cookie: 'http.cookie',
  http_user_agent: 'http.user_agent',
  http_host: 'http.host',
  http_raw_host: 'http.host.raw',
  http_client_body: 'http.request_body',
  http_server_body: 'http.response_body',
  http_stat_code: 'http.stat_code',
  http_stat_msg: 'http.stat_msg',
};

/** Letters of `pcre` flags that name a buffer. */
const PCRE_LETTERS: Readonly<Record<string, string>> = {
  U: 'http.uri',
  I: 'http.uri.raw',
  H: 'http.header',
  D: 'http.header.raw',
  M: 'http.method',
  C: 'http.cookie',
  P: 'http.request_body',
  Q: 'http.response_body',
  Y: 'http.stat_msg',
  S: 'http.stat_code',
  V: 'http.user_agent',
  W: 'http.host',
  Z: 'http.host.raw',
};

/** The buffer that a keyword before its contents names. */
export function stickyBuffer(keyword: string): BufferDefinition | undefined {
  return BY_NAME.get(Object.hasOwn(ALIASES, keyword) ? ALIASES[keyword]! : keyword);
}

/** The buffer that a keyword after its content names. */
export function modifierBuffer(keyword: string): BufferDefinition | undefined {
  return Object.hasOwn(MODIFIERS, keyword) ? BY_NAME.get(MODIFIERS[keyword]!) : undefined;
}

/** The buffer that a flag of `pcre` names. */
export function pcreBuffer(letter: string): BufferDefinition | undefined {
  return Object.hasOwn(PCRE_LETTERS, letter) ? BY_NAME.get(PCRE_LETTERS[letter]!) : undefined;
}

/** @throws Error for a name that is in no table: a mistake of the program. */
export function getBuffer(name: string): BufferDefinition {
  const buffer = BY_NAME.get(name);
  if (buffer === undefined) throw new Error(`no buffer ${name}`);
  return buffer;
}

/** Names of all buffers. */
export function bufferNames(): readonly string[] {
  return [...BY_NAME.keys()];
}
