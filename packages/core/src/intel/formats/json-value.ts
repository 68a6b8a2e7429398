/** JSON of somebody else, looked at without trust. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Epoch milliseconds of an RFC 3339 time; undefined for what is none. */
export function timeOf(value: unknown): number | undefined {
  const ms = /^\d{4}-\d\d-\d\dT/.test(textOf(value)) ? Date.parse(textOf(value)) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
