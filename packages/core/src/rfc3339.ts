/** The second whose text was made last, and that text up to the milliseconds: records come mostly in time order. */
let cachedSecond = Number.NaN;
let cachedPrefix = '';

/** Epoch milliseconds as RFC 3339, UTC, milliseconds (`2026-01-31T12:00:00.000Z`). A time outside Date's range is the epoch. */
export function formatTime(epochMs: number): string {
  const whole = Math.floor(epochMs);
  const second = Math.floor(whole / 1000);
  if (second !== cachedSecond) {
    const date = new Date(second * 1000);
    cachedPrefix = (Number.isNaN(date.getTime()) ? new Date(0) : date).toISOString().slice(0, -4);
    cachedSecond = second;
  }
  const millis = whole - second * 1000;
  if (!(millis >= 0)) return `${cachedPrefix}000Z`;
  return `${cachedPrefix}${millis < 10 ? '00' : millis < 100 ? '0' : ''}${millis}Z`;
}

/** The epoch milliseconds of an RFC 3339 time; `fallbackMs` when it is none. */
export function parseTime(text: string, fallbackMs: number): number {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? fallbackMs : ms;
}
