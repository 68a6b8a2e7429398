/** Characters that one call of `fromCharCode` takes: its arguments are on the stack. */
const CHUNK = 4096;

/** Bytes `from` to `to` as text, a character a byte. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  if (to - from <= CHUNK) return String.fromCharCode.apply(null, bytes.subarray(from, to) as unknown as number[]);
  let text = '';
  for (let at = from; at < to; at += CHUNK) text += latin1(bytes, at, Math.min(to, at + CHUNK));
  return text;
}
