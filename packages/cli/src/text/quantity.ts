const UNITS = ['', 'k', 'M', 'G', 'T', 'P', 'E'] as const;

/** Three significant digits at most with an SI prefix (1 kB is 1000 bytes): at most 4 characters before the prefix. */
function scale(value: number): { digits: string; prefix: string } {
  let amount = Math.abs(value);
  let unit = 0;
  while (amount >= 999.5 && unit < UNITS.length - 1) {
    amount /= 1000;
    unit++;
  }
  const digits = unit === 0 || amount >= 99.95 ? amount.toFixed(0) : amount.toFixed(amount >= 9.995 ? 1 : 2);
  return { digits: value < 0 ? `-${digits}` : digits, prefix: UNITS[unit] ?? '' };
}

/** `0 B`, `512 B`, `1.45 kB`, `12.3 MB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return '–';
  const { digits, prefix } = scale(bytes);
  return `${digits} ${prefix}B`;
}

/** Bytes per second: `1.45 kB/s`; nothing moving is a dash, so that what moves is seen. */
export function formatRate(bytesPerSecond: number): string {
  return bytesPerSecond < 0.5 ? '–' : `${formatBytes(bytesPerSecond)}/s`;
}

/** A count: `7`, `1.45k`, `12.3M`; a fraction below 10 keeps one digit. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return '–';
  if (Math.abs(count) < 10 && !Number.isInteger(count)) return count.toFixed(1);
  const { digits, prefix } = scale(count);
  return `${digits}${prefix}`;
}

/** A count per second; nothing is a dash. */
export function formatCountRate(perSecond: number): string {
  return perSecond < 0.05 ? '–' : formatCount(perSecond);
}

/** `7`, `1,234,567`: for evidence, where every digit counts. */
export function formatExact(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const text = Number.isInteger(value) ? value.toFixed(0) : String(Number(value.toFixed(3)));
  const [whole = '', fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction ? `${grouped}.${fraction}` : grouped;
}
