/** Header fields whose value lets somebody in. */
const SECRET_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'cookie2',
  'set-cookie',
  'set-cookie2',
  'authentication-info',
  'proxy-authentication-info',
]);

/** Words that end the name of a header or are within that of a parameter: X-Api-Key, X-Amz-Security-Token, client_secret. */
const SECRET_WORD =
  'api[-_]?key|token|secret|passw(?:or)?d|passphrase|pwd|session[-_]?(?:id|key)|credentials?|signature';
const SECRET_HEADER = new RegExp(`(?:^|[-_])(?:${SECRET_WORD})$`, 'i');

/** Longer names are none that anybody has. */
const NAME_LENGTH = 64;

/** Whether the value of a header field (HTTP, SIP, RTSP) is a credential or a session. */
export function isSecretHeader(name: string): boolean {
  return name.length <= NAME_LENGTH && (SECRET_HEADERS.has(name.toLowerCase()) || SECRET_HEADER.test(name));
}

/** Header fields whose value is a URL, perhaps without a host. */
export const URL_HEADERS: ReadonlySet<string> = new Set([
  'referer',
  'location',
  'content-location',
  'destination',
  'refresh',
  'link',
  'uri',
  'x-original-url',
  'x-rewrite-url',
  'x-forwarded-uri',
]);

/** Names that say it only alone: `compass` is none. */
const SECRET_NAME = 'pass|pw|pin|otp|jwt|sid';

/** Parameters in a query, a form, settings or JSON: group 1 is the value. */
export const FORM_SECRET = new RegExp(
  `(?:^|[&;?\\s])(?:${SECRET_NAME}|[\\w.%-]{0,32}(?:${SECRET_WORD})[\\w.%-]{0,32})[ \\t]{0,4}=[ \\t]{0,4}([^&;\\s]+)`,
  'dgi',
);
export const JSON_SECRET = new RegExp(
  `"(?:${SECRET_NAME}|[\\w.-]{0,32}(?:${SECRET_WORD})[\\w.-]{0,32})"[ \\t]{0,8}:[ \\t]{0,8}"((?:[^"\\\\\\n]|\\\\.)+)`,
  'dgi',
);

/** Mechanisms of SASL (IANA), which may be named; what follows is the credential. */
export const SASL_MECHANISM =
  /^(?:PLAIN|LOGIN|EXTERNAL|ANONYMOUS|NTLM|GSSAPI|CRAM-\w+|DIGEST-\w+|SCRAM-[\w-]+|XOAUTH2?|OAUTHBEARER)$/i;
