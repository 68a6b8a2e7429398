import { fnv1a64 } from './fingerprint.ts';

/** Crockford's base 32: no I, L, O, U. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * An id shaped like a ULID (26 characters, sorts by time). Its lower 80 bits are hashed from the fingerprint, the node and
 * a counter, as nothing here is random: two nodes, or two openings in one millisecond, still get different ids.
 */
export function alertId(timeMs: number, fingerprint: string, node: string, counter: number): string {
  const first = fnv1a64(`${fingerprint}|${node}|${counter}`);
  const second = fnv1a64(`${counter}|${first}`);
  return base32(Math.max(0, Math.floor(timeMs)), 10) + hexToBase32(first + second.slice(0, 4));
}

function base32(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) text = DIGITS[rest % 32] + text;
  return text;
}

/** Five hex digits are four base-32 digits. */
function hexToBase32(hex: string): string {
  let text = '';
  for (let at = 0; at < hex.length; at += 5) text += base32(Number.parseInt(hex.slice(at, at + 5), 16), 4);
  return text;
}
