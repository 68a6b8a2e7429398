/** A value of JSON that is not known further. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The object that a line holds; undefined for another value, or no JSON. */
export function parseObject(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return asObject(value);
  } catch {
    return undefined;
  }
}

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: unknown, mostCharacters: number): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, mostCharacters) : undefined;
}
