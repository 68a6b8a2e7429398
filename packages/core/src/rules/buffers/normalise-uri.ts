/**
 * A request target as `http.uri` has it: scheme and authority removed, percent escapes resolved, in the path `\` as `/`,
 * doubled separators as one and dot segments removed (RFC 3986, section 5.2.4). What libhtp does for Suricata with its
 * default personality; case and `+` stay. Linear in its length.
 */
export function normaliseUri(target: string): string {
  const [, , rest] = splitTarget(target);
  const fragmentAt = rest.indexOf('#');
  const fragment = fragmentAt < 0 ? '' : rest.slice(fragmentAt);
  const whole = fragmentAt < 0 ? rest : rest.slice(0, fragmentAt);
  const queryAt = whole.indexOf('?');
  const path = queryAt < 0 ? whole : whole.slice(0, queryAt);
  const query = queryAt < 0 ? '' : `?${decodePercent(whole.slice(queryAt + 1))}`;
  return normalisePath(decodePercent(path)) + query + fragment;
}

/** The host of an absolute target, without userinfo and port; undefined for a relative one. */
export function hostOfTarget(target: string): string | undefined {
  const [, authority] = splitTarget(target);
  return authority === undefined ? undefined : hostOnly(authority.slice(authority.lastIndexOf('@') + 1));
}

/** A host without its port, in lower case. */
export function hostOnly(host: string): string {
  const lower = host.trim().toLowerCase();
  if (lower.startsWith('[')) return lower.slice(0, lower.indexOf(']') + 1) || lower;
  const colon = lower.indexOf(':');
  return colon < 0 ? lower : lower.slice(0, colon);
}

function splitTarget(target: string): readonly [scheme: string, authority: string | undefined, rest: string] {
  const found = /^([A-Za-z][A-Za-z0-9+.-]{0,31}):\/\/([^/?#\\]*)/.exec(target);
  return found === null ? ['', undefined, target] : [found[1]!, found[2]!, target.slice(found[0].length)];
}

/** `%41` and `%u0041`; what is no escape stays as it is. */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%(?:u([0-9a-fA-F]{4})|([0-9a-fA-F]{2}))/g, (_, wide: string | undefined, byte: string) => {
    const code = Number.parseInt(wide ?? byte, 16);
    // Wide characters have one byte here: full-width ASCII is ASCII, others are told by `?`.
    if (code <= 255) return String.fromCharCode(code);
    return code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - 0xfee0) : '?';
  });
}

function normalisePath(path: string): string {
  if (!/[\\.]|\/\//.test(path)) return path;
  const slashed = path.replaceAll('\\', '/').replace(/\/{2,}/g, '/');
  if (!slashed.includes('/.')) return slashed;
  const segments: string[] = [];
  const parts = slashed.split('/');
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    if (part === '.') {
      if (isLast) segments.push('');
    } else if (part === '..') {
      if (segments.length > 1) segments.pop();
      if (isLast) segments.push('');
    } else {
      segments.push(part);
    }
  }
  return segments.join('/');
}
