/**
 * How long before `nowMs` (epoch ms) a time was of which only the low 32 bits are kept, as a `Uint32Array` keeps a number that
 * is put in it: whole milliseconds; negative when it is ahead. Right for 24 days either way.
 */
export function agoMs(kept: number, nowMs: number): number {
  return ((nowMs >>> 0) - kept) | 0;
}
