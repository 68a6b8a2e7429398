const MOST_CHARACTERS = 200;
const MOST_REPEATS = 3;

/**
 * A regular expression that must match the whole of a value, as Alertmanager anchors it. JavaScript's tries all ways to match
 * and some patterns make that take for ever: those are refused (Alertmanager's engine has none of look-around and
 * back-references either). Throws an Error that says what is wrong.
 */
export function anchoredRegex(pattern: string): RegExp {
  const problem = slowPattern(pattern);
  if (problem !== undefined) throw new Error(problem);
  return new RegExp(`^(?:${pattern})$`, 'su');
}

function slowPattern(pattern: string): string | undefined {
  if (pattern.length > MOST_CHARACTERS) return `it has more than ${MOST_CHARACTERS} characters`;
  // An escaped character or a character class is one thing to match, whatever stands in it.
  const plain = pattern.replace(/\\[^0-9k]|\[(?:\\.|[^\]\\])*\]/gsu, 'x');
  if (/\\/.test(plain)) return 'it refers back to what it matched before';
  if (/\(\?(?!:)/.test(plain)) return 'it looks ahead or behind, or names a group';
  if (/\)(?:[*+]|\{)/.test(plain)) return 'it repeats a group; write the alternatives out, or use .*';
  if ((plain.match(/[*+{]/g)?.length ?? 0) > MOST_REPEATS) return `it repeats more than ${MOST_REPEATS} times`;
  return undefined;
}
