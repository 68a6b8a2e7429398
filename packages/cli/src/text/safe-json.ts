/**
 * JSON for standard output, which may be a terminal. JSON.stringify escapes C0 controls only: DEL, C1 controls (U+009B
 * begins a terminal command), bidirectional overrides and invisible separators are written as `\uXXXX` too. A parser reads the same value.
 */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(HOSTILE, escaped);
}

// As in safe-text.ts, without C0 (escaped already, or our own line ends) and lone surrogates (escaped already).
const HOSTILE =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
}
