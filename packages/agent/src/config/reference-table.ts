/** The table of docs/reference/configuration.md, written from the schema so that the two cannot differ. */
import { z } from 'zod';
import { configSchema } from './schema.ts';

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly oneOf?: readonly JsonSchema[];
}

/** Markdown: a row for every key, sections in the order of the schema. */
export function configReferenceTable(): string {
  const rows = rowsOf(z.toJSONSchema(configSchema, { io: 'input' }) as JsonSchema, '');
  return ['| key | values | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function rowsOf(schema: JsonSchema, path: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]) => {
    const name = path === '' ? key : `${path}.${key}`;
    const { additionalProperties: entry } = child;
    const inner = child.items?.properties ? rowsOf(child.items, `${name}[]`) : [];
    const byName = typeof entry === 'object' ? entryRows(entry, `${name}.<name>`) : [];
    if (child.properties) return rowsOf(child, name);
    return [
      `| \`${name}\` | ${values(child)} | ${defaultOf(name, child)} | ${child.description ?? ''} |`,
      ...inner,
      ...byName,
    ];
  });
}

/** Of the kinds of a union: a row for each key, and for each meaning of it, with the kinds that have it. */
function entryRows(entry: JsonSchema, path: string): string[] {
  if (entry.oneOf === undefined) return entry.properties ? rowsOf(entry, path) : [];
  const kinds = new Map<string, string[]>();
  for (const kind of entry.oneOf) {
    const type = kind.properties?.type?.const ?? '';
    const { type: _, ...properties } = kind.properties ?? {};
    for (const row of rowsOf({ ...kind, properties }, path)) kinds.set(row, [...(kinds.get(row) ?? []), type]);
  }
  const all = entry.oneOf.map(({ properties }) => properties?.type?.const ?? '');
  const types = `| \`${path}.type\` | ${all.map((type) => `\`${type}\``).join(', ')} |  | Kind of sink. |`;
  return [types, ...Array.from(kinds, ([row, of]) => (of.length === all.length ? row : withKinds(row, of)))];
}

function withKinds(row: string, kinds: readonly string[]): string {
  const cells = row.split(' | ');
  return [...cells.slice(0, -1), `(${kinds.join(', ')}) ${cells.at(-1)}`].join(' | ');
}

function values(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.type === 'integer' || schema.type === 'number') return `${schema.minimum} to ${schema.maximum}`;
  if (schema.type === 'array') return 'list';
  if (schema.type === 'object') return 'map';
  return schema.type === 'boolean' ? '`true`, `false`' : 'text';
}

function defaultOf(name: string, schema: JsonSchema): string {
  if (name === 'node') return 'the host name';
  return schema.default === undefined ? '' : `\`${JSON.stringify(schema.default).replace(/^"(.*)"$/, '$1')}\``;
}
