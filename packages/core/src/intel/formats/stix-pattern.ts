import type { IntelKind } from '../intel.ts';

export interface StixComparison {
  readonly kind: IntelKind;
  readonly value: string;
}

const PATHS: Readonly<Record<string, IntelKind>> = {
  'ipv4-addr:value': 'address',
  'ipv6-addr:value': 'address',
  'domain-name:value': 'domain',
  'url:value': 'url',
  'x509-certificate:hashes.sha-1': 'certificate',
  'x509-certificate:hashes.sha1': 'certificate',
  'x509-certificate:hashes.sha-256': 'certificate',
  'x509-certificate:hashes.sha256': 'certificate',
};

const LONGEST_PATTERN = 65_536;
const MOST_COMPARISONS = 1000;
/* One token at a time, from where the last one ended: linear. */
const TOKEN =
  /\s*(?:(\[)|(\])|(\()|(\))|(OR)\b|(=|IN\b|ISSUBSET\b)|(,)|'((?:[^'\\]|\\.)*)'|([a-z0-9-]+:[a-zA-Z0-9_.'"-]+))/y;

type Token = { readonly kind: 'open' | 'close' | 'or' | 'operator' | 'comma' | 'text' | 'path'; readonly text: string };

/**
 * The values of a pattern that is met as soon as one of them is seen: comparisons with `=`, `IN` or `ISSUBSET`, joined by OR,
 * in one observation or several (STIX 2.1, part 9). Undefined for any other pattern: half of it would say something else.
 */
export function stixComparisons(pattern: string): StixComparison[] | undefined {
  const tokens = pattern.length > LONGEST_PATTERN ? undefined : tokensOf(pattern);
  if (tokens === undefined) return undefined;
  const found: StixComparison[] = [];
  let kind: IntelKind | undefined;
  let isValue = false;
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'path') {
      kind = PATHS[token.text.replaceAll(/['"]/g, '').toLowerCase()];
      if (kind === undefined) return undefined;
    } else if (token.kind === 'operator') isValue = kind !== undefined;
    else if (token.kind === 'text') {
      if (!isValue || kind === undefined || found.length >= MOST_COMPARISONS) return undefined;
      found.push({ kind, value: token.text.replace(/\\(.)/g, '$1') });
    } else if (token.kind === 'or') {
      isValue = false;
      kind = undefined;
    } else if (token.kind !== 'comma') depth += token.kind === 'open' ? 1 : -1;
    if (depth < 0) return undefined;
  }
  return depth === 0 && found.length > 0 ? found : undefined;
}

function tokensOf(pattern: string): Token[] | undefined {
  const tokens: Token[] = [];
  const text = pattern.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) return undefined;
    const [, open, close, left, right, or, operator, comma, value, path] = match;
    if (open ?? left) tokens.push({ kind: 'open', text: '' });
    else if (close ?? right) tokens.push({ kind: 'close', text: '' });
    else if (or) tokens.push({ kind: 'or', text: '' });
    else if (operator) tokens.push({ kind: 'operator', text: operator });
    else if (comma) tokens.push({ kind: 'comma', text: '' });
    else if (value !== undefined) tokens.push({ kind: 'text', text: value });
    else tokens.push({ kind: 'path', text: path! });
  }
  return tokens;
}
