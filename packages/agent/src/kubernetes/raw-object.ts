/** Reading JSON that may be anything: what is not of the expected kind is as if it were not there. */
export type RawObject = Readonly<Record<string, unknown>>;

const NOTHING: RawObject = Object.freeze({});
const CONTROL = /\p{Cc}/u;

export function record(value: unknown): RawObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as RawObject) : NOTHING;
}

/** At most `limit` of its objects. */
export function records(value: unknown, limit: number): readonly RawObject[] {
  return Array.isArray(value) ? value.slice(0, limit).map(record) : [];
}

/** Not empty, without control characters, at most `limit` characters. */
export function text(value: unknown, limit: number): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > limit) return undefined;
  return CONTROL.test(value) ? undefined : value;
}

/** A name as Kubernetes allows it: lower-case letters, digits, dashes and dots. */
export function objectName(value: unknown): string | undefined {
  const name = text(value, 253);
  return name !== undefined && /^[a-z0-9][-.a-z0-9]*$/.test(name) ? name : undefined;
}

export function portNumber(value: unknown): number | undefined {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) < 65_536 ? (value as number) : undefined;
}

/** RFC 3339, as it came. */
export function instant(value: unknown): string | undefined {
  const time = text(value, 40);
  return time === undefined || Number.isNaN(Date.parse(time)) ? undefined : time;
}
