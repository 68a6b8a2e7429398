import { setTimeout as sleep } from 'node:timers/promises';

/** A whole number from `low` to `high`, both included. */
export function between(low: number, high: number): number {
  return low + Math.floor(Math.random() * (high - low + 1));
}

/** A size as the web has them: mostly near `low`, now and then near `high` bytes. */
export function webSize(low: number, high: number): number {
  return Math.round(low * (high / low) ** (Math.random() ** 2));
}

/** Pauses as people do, busier and calmer by turns over `periodSeconds`, so that a graph of it has a shape. */
export async function pause(lowMs: number, highMs: number, periodSeconds = 24): Promise<void> {
  const tide = 1 + 0.6 * Math.sin((Date.now() / 1_000 / periodSeconds) * 2 * Math.PI);
  await sleep(between(lowMs, highMs) * tide);
}

const filler = Buffer.alloc(256 * 1_024, 'Every pod has its story, and its packets tell it. ');

/** So many bytes of text, without making them anew. At most 256 KiB. */
export function text(bytes: number): Buffer {
  return filler.subarray(0, bytes);
}
