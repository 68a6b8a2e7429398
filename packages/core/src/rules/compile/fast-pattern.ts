import type { BufferSlot, FastPattern } from '../engine/compiled-rule.ts';
import type { DraftBuffer, DraftContent } from './rule-draft.ts';

/** Longer ones tell no more: a pattern of this many bytes is rare enough. */
const LONGEST = 32;

/**
 * The pattern of a rule that is looked for before the rule is evaluated: the one the rule names, else the one that is rarest
 * in traffic by its length, its bytes and its buffer. None when all its patterns are negated or there are none.
 */
export function chooseFastPattern(
  payload: DraftBuffer,
  buffers: readonly DraftBuffer[],
  slotOf: (buffer: DraftBuffer) => BufferSlot | undefined,
): FastPattern | undefined {
  let best: { readonly buffer: DraftBuffer; readonly content: DraftContent; readonly score: number } | undefined;
  for (const buffer of [payload, ...buffers]) {
    for (const node of buffer.nodes) {
      if (node.kind !== 'content' || node.negated) continue;
      const score =
        node.fast !== undefined
          ? Number.POSITIVE_INFINITY
          : strength(node.bytes) + (buffer.definition?.rarity ?? 0) * 4;
      if (best === undefined || score > best.score) best = { buffer, content: node, score };
    }
  }
  if (best === undefined) return undefined;
  const { bytes, noCase, fast } = best.content;
  const part = fast === undefined || fast === 'whole' ? bytes : bytes.subarray(fast.offset, fast.offset + fast.length);
  return { slot: slotOf(best.buffer), bytes: rarestPart(part), noCase };
}

/** Suricata's measure of patterns (util-mpm.c, PatternStrength): letters weigh less than other bytes, repetitions least. */
function strength(bytes: Uint8Array): number {
  const seen = new Set<number>();
  let total = 0;
  for (const byte of bytes.subarray(0, LONGEST)) {
    total += seen.has(byte) ? 1 : weightOf(byte);
    seen.add(byte);
  }
  return total;
}

function weightOf(byte: number): number {
  if (byte === 0 || byte === 1 || byte === 0xff) return 2;
  const isLetter = (byte | 32) >= 97 && (byte | 32) <= 122;
  if (isLetter || byte === 32) return 3;
  return byte >= 48 && byte <= 57 ? 4 : 5;
}

/** A long pattern is looked for by its strongest part. */
function rarestPart(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= LONGEST) return bytes;
  let best = bytes.subarray(0, LONGEST);
  for (let at = LONGEST; at + LONGEST <= bytes.length; at += LONGEST) {
    const part = bytes.subarray(at, at + LONGEST);
    if (strength(part) > strength(best)) best = part;
  }
  return best;
}
