import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BytePattern } from '@netguard/core';

/** The contents of every rule below a directory that are looked for as they stand: each once, three bytes and longer. */
export function ruleContents(directory: string): BytePattern[] {
  const patterns = new Map<string, BytePattern>();
  for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.rules')) continue;
    for (const line of readFileSync(join(directory, file), 'latin1').split('\n')) {
      for (const pattern of contentsOf(line)) patterns.set(keyOf(pattern), pattern);
    }
  }
  return [...patterns.values()].filter(({ bytes }) => bytes.length >= 3);
}

/** Up to `count` patterns: more of them are the domains of trails, as a large rule set has them. */
export function withDomains(patterns: readonly BytePattern[], directory: string, count: number): BytePattern[] {
  const result = [...patterns];
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.txt'))) {
    for (const line of readFileSync(join(directory, file), 'latin1').split('\n')) {
      if (result.length >= count) return result;
      const word = line.split(/[\s#]/)[0]!;
      if (word.length > 6) result.push({ bytes: Buffer.from(word, 'latin1'), noCase: true });
    }
  }
  return result;
}

function contentsOf(rule: string): BytePattern[] {
  return [...rule.matchAll(/content: ?"((?:[^"\\]|\\.)+)"([^:]*)/g)].map(([, text = '', after = '']) => ({
    bytes: bytesOf(text),
    noCase: /nocase/.test(after),
  }));
}

function bytesOf(text: string): Uint8Array {
  const parts = text.split('|').map((part, index) => {
    return index % 2 === 1
      ? Buffer.from(part.replaceAll(' ', ''), 'hex')
      : Buffer.from(part.replace(/\\(.)/g, '$1'), 'latin1');
  });
  return Buffer.concat(parts);
}

function keyOf({ bytes, noCase }: BytePattern): string {
  return `${noCase} ${Buffer.from(bytes).toString('latin1')}`;
}
