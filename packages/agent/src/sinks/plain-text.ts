/** Controls, line and paragraph separators, bidirectional overrides: what would end a line or steer a screen. */
const STEERING = /[\p{Cc}\u2028-\u202e\u2066-\u2069]+/gu;

/** Text for one line of somebody else's screen, log or message: nothing in it ends a line, and it is `most` characters at most. */
export function oneLine(text: string, most: number): string {
  const plain = text.toWellFormed().replace(STEERING, ' ').trim();
  if (plain.length <= most) return plain;
  return `${plain.slice(0, most - 1).toWellFormed()}…`;
}

const BEYOND_ASCII = /[\u007f-\uffff]/g;

/** JSON on one line, in ASCII alone: the same value to a parser, harmless to a terminal, whole in any transport. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    BEYOND_ASCII,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
