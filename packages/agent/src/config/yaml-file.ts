/** A YAML text as plain data that still knows where each value stood. */

import type { NetGuardErrorCode } from '@netguard/core';
import { type Document, isMap, isNode, isScalar, LineCounter, type Node, parseAllDocuments, parseDocument } from 'yaml';
import { ConfigError, type Locate } from './problem.ts';
import type { Path } from './schema-walk.ts';

const OPTIONS = { prettyErrors: false, version: '1.2', schema: 'core' } as const;

export interface YamlFile {
  /** Null for an empty file. */
  readonly value: unknown;
  readonly locate: Locate;
}

/**
 * Throws ConfigError with `syntaxCode` on bad YAML, naming file, line, column and the line's text. Keys that occur twice
 * and documents that expand beyond a hundred aliases are refused; tags make no objects.
 */
export function parseYamlFile(text: string, file: string, syntaxCode: NetGuardErrorCode): YamlFile {
  const lines = new LineCounter();
  return readDocument(parseDocument(text, { ...OPTIONS, lineCounter: lines }), { text, file, lines, syntaxCode });
}

/** The same for a file of several documents (`---`); empty ones are left out. */
export function parseYamlDocuments(text: string, file: string, syntaxCode: NetGuardErrorCode): YamlFile[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { ...OPTIONS, lineCounter: lines });
  if (!Array.isArray(documents)) return [];
  return documents
    .map((document) => readDocument(document, { text, file, lines, syntaxCode }))
    .filter(({ value }) => value !== null);
}

interface Origin {
  readonly text: string;
  readonly file: string;
  readonly lines: LineCounter;
  readonly syntaxCode: NetGuardErrorCode;
}

function readDocument(document: Document.Parsed, { text, file, lines, syntaxCode }: Origin): YamlFile {
  const where = (offset: number | undefined) => {
    if (offset === undefined) return file;
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      where: where(error.pos[0]),
      message: `${error.message.replace(/\.$/, '')}: ${JSON.stringify(lineAt(text, error.pos[0]))}`,
    }));
    throw new ConfigError(syntaxCode, `reading ${file} as YAML`, problems);
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigError(syntaxCode, `reading ${file} as YAML`, [{ where: file, message }]);
  }
  return { value, locate: (path, part = 'value') => where(offsetOf(document, path, part)) };
}

/** Start of the node at `path`, or of its nearest ancestor that stands in the file. */
function offsetOf(document: Document, path: Path, part: 'key' | 'value'): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const above = document.getIn(path.slice(0, length - 1) as unknown[], true);
    if (length > 0 && isMap(above) && (part === 'key' || length < path.length)) {
      const pair = above.items.find((item) => isScalar(item.key) && item.key.value === path[length - 1]);
      const key = pair?.key as Node | undefined;
      if (key?.range) return key.range[0];
    }
    const node = document.getIn(path.slice(0, length) as unknown[], true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return undefined;
}

function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1;
  const end = text.indexOf('\n', start);
  return text
    .slice(start, end === -1 ? undefined : end)
    .trim()
    .slice(0, 120);
}
