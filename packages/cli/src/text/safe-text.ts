/**
 * Names come from the network and from other people's processes: a pod, comm or host name can carry escape sequences that
 * move the cursor, set the title or answer back into the shell. Everything that is not ours passes here on its way to a
 * terminal. Control characters (C0, DEL, C1), bidirectional overrides and invisible separators become visible; so does an
 * unpaired surrogate.
 */
export function safeText(text: string): string {
  return HOSTILE.test(text) ? text.replace(HOSTILE_ALL, visible) : text;
}

// C0 + DEL + C1; zero width and bidi marks; line and paragraph separators; bidi isolates; BOM; lone surrogates; tags.
const CLASS =
  '[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{d800}-\\u{dfff}\\u{e0000}-\\u{e007f}]';
const HOSTILE = new RegExp(CLASS, 'u');
const HOSTILE_ALL = new RegExp(CLASS, 'gu');

/** `\x1b` for a byte, `\u202e` beyond: what a reader can look up. */
function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
}
