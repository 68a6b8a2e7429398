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
  const { type, shape, valueType, element } = definition(unwrap(schema));
  if (type === 'object') return Object.hasOwn(shape ?? {}, key) ? shape?.[String(key)] : undefined;
  if (type === 'record') return valueType;
  return type === 'array' ? element : undefined;
}

export function schemaAt(schema: Schema, path: Path): Schema | undefined {
  return path.reduce<Schema | undefined>((current, key) => current && childSchema(current, key), schema);
}

/** Names that an object of the schema may have; empty for anything but an object. */
export function keysOf(schema: Schema): string[] {
  return Object.keys(definition(unwrap(schema)).shape ?? {});
}

/** `a.b[2].c`, as people write paths. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}
