/** Takes secrets out of what is shown. Secrets have no place in the configuration but as `…File`; this is the second lock. */
const SECRET_KEY = /(?:token|password|passphrase|secret|credentials?|apiKey|privateKey)$/i;
const URL_USER = /^([a-z][a-z0-9+.-]*:\/\/)[^/@\s]+@/i;

export const REDACTED = '[redacted]';

/** A copy with the values of secret-named keys and the user part of URLs replaced. Paths of secret files stay. */
export function redact<T>(value: T): T {
  return redactValue(value, '') as T;
}

function redactValue(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value.map((item) => redactValue(item, key));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, redactValue(inner, name)]));
  }
  if (typeof value !== 'string') return value;
  return SECRET_KEY.test(key) ? REDACTED : value.replace(URL_USER, `$1${REDACTED}@`);
}
