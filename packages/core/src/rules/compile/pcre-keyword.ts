import { pcreBuffer } from '../buffers/buffer-table.ts';
import { ByteRegex, type RegexOptions } from '../pcre/byte-regex.ts';
import { RegexSyntaxError } from '../pcre/syntax-error.ts';
import { refuse } from '../problem.ts';
import type { KeywordTable } from './keyword.ts';
import type { DraftBuffer, RuleDraft } from './rule-draft.ts';

const FLAGS: Readonly<Record<string, keyof RegexOptions>> = {
  i: 'noCase',
  m: 'multiLine',
  s: 'dotAll',
  x: 'extended',
  G: 'ungreedy',
  E: 'dollarEndOnly',
  A: 'anchored',
};

/** Without an effect here: raw bytes are what is looked at, and the limit of steps is not lifted. */
const IGNORED = 'BO';

function addPcre(draft: RuleDraft, value: string | undefined, keyword: string): void {
  const found = /^(!?)\s*"?\/(.*)\/([A-Za-z]*)(,.*)?"?$/s.exec(value ?? '');
  if (found === null) refuse(keyword, 'not of the form "/expression/flags"');
  if (found[4] !== undefined) refuse(keyword, 'its groups become variables');
  const letters = found[3]!;
  const options: Partial<Record<keyof RegexOptions, boolean>> = {};
  let buffer: DraftBuffer | undefined;
  for (const letter of letters) {
    const flag = FLAGS[letter];
    const definition = pcreBuffer(letter);
    if (flag !== undefined) options[flag] = true;
    else if (definition !== undefined) buffer = bufferFor(draft, keyword, letter, definition);
    else if (letter !== 'R' && !IGNORED.includes(letter)) refuse(keyword, `the flag ${letter}`);
  }
  const regex = compile(keyword, found[2]!, options);
  draft.work += regex.nodes;
  const relative = letters.includes('R');
  draft.add(buffer ?? draft.sticky ?? draft.payload, {
    kind: 'pcre',
    regex,
    negated: found[1] === '!',
    relative,
    relativeNext: false,
  });
}

/** The buffer of a flag; together with one that a keyword named before it must be that one. */
function bufferFor(
  draft: RuleDraft,
  keyword: string,
  letter: string,
  definition: NonNullable<ReturnType<typeof pcreBuffer>>,
): DraftBuffer {
  if (draft.sticky === undefined) return draft.bufferOf(definition);
  const named = draft.sticky.definition?.name;
  const isSame = named === definition.name || (named === 'file.data' && definition.name === 'http.response_body');
  if (isSame) return draft.sticky;
  return refuse(keyword, `the flag ${letter} names another buffer than the keyword before it`);
}

function compile(keyword: string, source: string, options: RegexOptions): ByteRegex {
  try {
    return ByteRegex.compile(source, options);
  } catch (error) {
    if (error instanceof RegexSyntaxError) return refuse(keyword, error.message);
    throw error;
  }
}

export const PCRE_KEYWORDS: KeywordTable = { pcre: addPcre };
