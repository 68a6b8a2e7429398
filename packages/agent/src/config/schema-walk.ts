/** Looks into a zod schema: which keys are known at a place, and what a leaf takes. For suggestions, environment and docs. */
import type { z } from 'zod';

export type Schema = z.core.$ZodType;
export type Path = readonly PropertyKey[];

interface Definition {
  readonly type: string;
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly valueType?: Schema;
  readonly element?: Schema;
  readonly defaultValue?: unknown;
  readonly options?: readonly Schema[];
  readonly discriminator?: string;
  readonly values?: readonly unknown[];
}

export function definition(schema: Schema): Definition {
  return schema._zod.def as unknown as Definition;
}

/** The schema without the wrappers that only say default, optional or the like, or that transform what was read. */
export function unwrap(schema: Schema): Schema {
  let current = schema;
  for (;;) {
    const { innerType, in: input } = definition(current);
    const inner = innerType ?? input;
    if (inner === undefined) return current;
    current = inner;
  }
}

/** The schema of one key or array element; undefined where there is none. */
export function childSchema(schema: Schema, key: PropertyKey): Schema | undefined {
  const { type, shape, valueType, element, options } = definition(unwrap(schema));
  if (options !== undefined)
    return options.map((option) => childSchema(option, key)).find((child) => child !== undefined);
  if (type === 'object') return Object.hasOwn(shape ?? {}, key) ? shape?.[String(key)] : undefined;
  if (type === 'record') return valueType;
  return type === 'array' ? element : undefined;
}

/** The schema at a place of `input`, which says which one of a union is meant there. */
export function schemaAt(schema: Schema, path: Path, input: unknown): Schema | undefined {
  let current: Schema | undefined = chosen(schema, input);
  let value = input;
  for (const key of path) {
    value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
    const child: Schema | undefined = current && childSchema(current, key);
    current = child && chosen(child, value);
  }
  return current;
}

/** The option of a union that a value has chosen; the schema itself where it is no union, or the value has chosen none. */
function chosen(schema: Schema, value: unknown): Schema {
  const { options, discriminator } = definition(unwrap(schema));
  if (options === undefined || discriminator === undefined) return schema;
  const choice = (value as Record<string, unknown> | undefined)?.[discriminator];
  const isChosen = (option: Schema) => {
    const literal = childSchema(option, discriminator);
    return literal !== undefined && definition(literal).values?.includes(choice) === true;
  };
  return options.find(isChosen) ?? schema;
}

/** Names that an object of the schema may have, of a union those of all; empty for anything else. */
export function keysOf(schema: Schema): string[] {
  const { shape, options } = definition(unwrap(schema));
  return options === undefined ? Object.keys(shape ?? {}) : [...new Set(options.flatMap(keysOf))];
}

/** `a.b[2].c`, as people write paths. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}
