import { ownSchema, type ValueSchema } from './values-json-schema.ts';

/** Markdown: a row for every value. */
export function valuesTable(): string {
  return ['| value | what it may be | default | meaning |', '|---|---|---|---|', ...rows(ownSchema(), '')].join('\n');
}

function rows(schema: ValueSchema, path: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]) => {
    const name = path === '' ? key : `${path}.${key}`;
    if (child.properties && Object.keys(child.properties).length > 0) return rows(child, name);
    if (child.default === undefined) return [];
    return [`| \`${name}\` | ${kind(child)} | \`${JSON.stringify(child.default)}\` | ${child.description ?? ''} |`];
  });
}

function kind(schema: ValueSchema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.anyOf) return [...new Set(schema.anyOf.map(kind))].join(' or ');
  if (schema.type === 'integer') {
    const most =
      schema.maximum !== undefined && schema.maximum < Number.MAX_SAFE_INTEGER ? ` to ${schema.maximum}` : ' or more';
    return `${schema.minimum}${most}`;
  }
  const words: Readonly<Record<string, string>> = {
    array: 'list',
    object: 'map',
    boolean: '`true`, `false`',
    null: '`null`',
  };
  return words[schema.type ?? ''] ?? 'text';
}
