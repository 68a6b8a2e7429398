/** Texts of recent seconds up to the milliseconds, direct-mapped: a flow's start and end are mostly within this many seconds. */
const SECONDS = 256;
const seconds = new Float64Array(SECONDS).fill(Number.NaN);
const prefixes: string[] = new Array(SECONDS).fill('');

/** Epoch milliseconds as RFC 3339, UTC, milliseconds (`2026-01-31T12:00:00.000Z`). A time outside Date's range is the epoch. */
export function formatTime(epochMs: number): string {
  const whole = Math.floor(epochMs);
  const second = Math.floor(whole / 1000);
  const slot = second & (SECONDS - 1);
  if (seconds[slot] !== second) {
    const date = new Date(second * 1000);
    prefixes[slot] = (Number.isNaN(date.getTime()) ? new Date(0) : date).toISOString().slice(0, -4);
    seconds[slot] = second;
  }
  const millis = whole - second * 1000;
  if (!(millis >= 0)) return `${prefixes[slot]}000Z`;
  return `${prefixes[slot]}${millis < 10 ? '00' : millis < 100 ? '0' : ''}${millis}Z`;
}

/** The epoch milliseconds of an RFC 3339 time; `fallbackMs` when it is none. */
export function parseTime(text: string, fallbackMs: number): number {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? fallbackMs : ms;
}
