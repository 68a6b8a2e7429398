/** Hubble's names for time layouts; all in UTC, as Hubble prints them. */
export const TIME_FORMATS = [
  'StampMilli',
  'RFC3339',
  'RFC3339Milli',
  'RFC3339Micro',
  'RFC3339Nano',
  'RFC1123Z',
] as const;
export type TimeFormat = (typeof TIME_FORMATS)[number];

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** An RFC 3339 time in one of Hubble's layouts, `StampMilli` being `Nov 25 00:11:22.333`. */
export function formatTime(time: string, format: TimeFormat = 'StampMilli'): string {
  const ms = Date.parse(time);
  if (!Number.isFinite(ms)) return 'N/A';
  const iso = new Date(ms).toISOString();
  const seconds = iso.slice(0, 19);
  switch (format) {
    case 'StampMilli': {
      const date = new Date(ms);
      return `${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)} ${iso.slice(11, 23)}`;
    }
    case 'RFC3339':
      return `${seconds}Z`;
    case 'RFC3339Milli':
      return iso;
    case 'RFC3339Micro':
      return `${seconds}.${iso.slice(20, 23)}000Z`;
    case 'RFC3339Nano':
      return `${seconds}.${iso.slice(20, 23)}000000Z`;
    case 'RFC1123Z': {
      const date = new Date(ms);
      const day = String(date.getUTCDate()).padStart(2, '0');
      return `${DAYS[date.getUTCDay()]}, ${day} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()} ${iso.slice(11, 19)} +0000`;
    }
  }
}

/** `12 s ago` for an RFC 3339 time. Clocks of two machines differ: what lies ahead is `now`. */
export function formatAge(time: string, nowMs: number): string {
  const ms = nowMs - Date.parse(time);
  if (!Number.isFinite(ms)) return '–';
  if (ms < 1000) return 'now';
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${seconds < 600 ? `${seconds % 60}s` : ''}`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h${Math.floor((seconds % 3600) / 60)}m`;
  return `${Math.floor(seconds / 86_400)}d${Math.floor((seconds % 86_400) / 3600)}h`;
}
