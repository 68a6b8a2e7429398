import { getBuffer, modifierBuffer } from '../buffers/buffer-table.ts';
import { RULE_LIMITS } from '../limits.ts';
import { LOWER } from '../match/find-bytes.ts';
import { refuse } from '../problem.ts';
import { commaParts, parseInteger, parsePattern, parseQuoted } from '../syntax/quoted.ts';
import { type KeywordHandler, type KeywordTable, needNone, parseOperand } from './keyword.ts';
import { plainContent, type RuleDraft } from './rule-draft.ts';

/** Bytes of `offset`, `depth`, `distance` and `within` (Suricata's limit). */
const FURTHEST = 0xffff;

function addContent(draft: RuleDraft, value: string | undefined, keyword: string): void {
  if (++draft.contents > RULE_LIMITS.contents) refuse(keyword, `more than ${RULE_LIMITS.contents} in a rule`);
  const { negated, text } = parseQuoted(keyword, value);
  const node = plainContent(parsePattern(keyword, text), negated);
  const buffer = draft.sticky ?? draft.payload;
  draft.add(buffer, node);
  draft.lastContent = { node, buffer };
}

const nocase: KeywordHandler = (draft, value, keyword) => {
  needNone(keyword, value);
  const content = draft.content(keyword);
  content.noCase = true;
  content.bytes = content.bytes.map((byte) => LOWER[byte]!);
};

function place(name: 'offset' | 'depth' | 'distance' | 'within', min: number): KeywordHandler {
  return (draft, value, keyword) => {
    const content = draft.content(keyword);
    if (content[name] !== undefined) refuse(keyword, 'it stands there twice for one content');
    if (content.startsWith) refuse(keyword, 'startswith says the same');
    if (content.endsWith && name === 'offset') refuse(keyword, 'not together with endswith');
    content[name] = parseOperand(draft, keyword, value, min, FURTHEST);
  };
}

const startswith: KeywordHandler = (draft, value, keyword) => {
  needNone(keyword, value);
  const content = draft.content(keyword);
  if (content.offset ?? content.depth ?? content.distance ?? content.within) {
    refuse(keyword, 'not together with offset, depth, distance or within');
  }
  content.startsWith = true;
  content.offset = { value: 0, slot: -1 };
  content.depth = { value: content.bytes.length, slot: -1 };
};

const endswith: KeywordHandler = (draft, value, keyword) => {
  needNone(keyword, value);
  draft.content(keyword).endsWith = true;
};

const fastPattern: KeywordHandler = (draft, value, keyword) => {
  const content = draft.content(keyword);
  if (value === undefined || value === '' || value === 'only') {
    content.fast = 'whole';
    return;
  }
  const [from, length] = commaParts(keyword, value);
  const offset = parseInteger(keyword, from, 0, content.bytes.length - 1);
  content.fast = { offset, length: parseInteger(keyword, length, 1, content.bytes.length - offset) };
};

const toBuffer: KeywordHandler = (draft, value, keyword) => {
  needNone(keyword, value);
  draft.moveContent(keyword, modifierBuffer(keyword)!);
};

const uricontent: KeywordHandler = (draft, value, keyword) => {
  addContent(draft, value, keyword);
  draft.moveContent(keyword, getBuffer('http.uri'));
};

const rawbytes: KeywordHandler = (draft, value, keyword) => {
  needNone(keyword, value);
  draft.content(keyword);
};

/** `content` and what stands after it. */
export const CONTENT_KEYWORDS: KeywordTable = {
  content: addContent,
  uricontent,
  nocase,
  rawbytes,
  offset: place('offset', 0),
  depth: place('depth', 1),
  distance: place('distance', -FURTHEST),
  within: place('within', 1),
  startswith,
  endswith,
  fast_pattern: fastPattern,
  http_uri: toBuffer,
  http_raw_uri: toBuffer,
  http_method: toBuffer,
  http_header: toBuffer,
  http_raw_header: toBuffer,
  http_cookie: toBuffer,
  http_user_agent: toBuffer,
  http_host: toBuffer,
  http_raw_host: toBuffer,
  http_client_body: toBuffer,
  http_server_body: toBuffer,
  http_stat_code: toBuffer,
  http_stat_msg: toBuffer,
};
