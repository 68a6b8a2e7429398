import { refuse } from '../problem.ts';
import { commaParts, parseInteger, parseQuoted, unescapeText } from '../syntax/quoted.ts';
import { type KeywordHandler, type KeywordTable, need } from './keyword.ts';

const LARGEST_ID = 0xffffffff;

const metadata: KeywordHandler = (draft, value, keyword) => {
  for (const part of commaParts(keyword, value)) {
    const [, key, text] = /^(\S+)\s*(.*)$/s.exec(part) ?? [];
    if (key === undefined || key === '__proto__') continue;
    const values = Object.hasOwn(draft.metadata, key) ? draft.metadata[key]! : [];
    values.push(text ?? '');
    draft.metadata[key] = values;
  }
};

const reference: KeywordHandler = (draft, value, keyword) => {
  const text = need(keyword, value);
  const comma = text.indexOf(',');
  if (comma <= 0 || comma === text.length - 1) refuse(keyword, 'not of the form kind,place');
  draft.references.push(`${text.slice(0, comma).trim()},${text.slice(comma + 1).trim()}`);
};

const target: KeywordHandler = (draft, value, keyword) => {
  if (value !== 'src_ip' && value !== 'dest_ip') return refuse(keyword, 'neither src_ip nor dest_ip');
  draft.target = value === 'src_ip' ? 'source' : 'destination';
};

/** `tag` asks to log what follows; what a sample holds is all that is ever kept, so that it changes nothing. */
const accepted: KeywordHandler = () => {};

/** What a rule says of itself. */
export const META_KEYWORDS: KeywordTable = {
  msg: (draft, value, keyword) => {
    draft.msg = unescapeText(parseQuoted(keyword, value).text);
  },
  sid: (draft, value, keyword) => {
    if (draft.sid !== undefined) refuse(keyword, 'it stands there twice');
    draft.sid = parseInteger(keyword, value?.replaceAll('"', ''), 1, LARGEST_ID);
  },
  gid: (draft, value, keyword) => {
    draft.gid = parseInteger(keyword, value, 0, LARGEST_ID);
  },
  rev: (draft, value, keyword) => {
    draft.rev = parseInteger(keyword, value?.replaceAll('"', ''), 0, LARGEST_ID);
  },
  classtype: (draft, value, keyword) => {
    draft.classType = need(keyword, value).toLowerCase();
  },
  priority: (draft, value, keyword) => {
    draft.priority = parseInteger(keyword, value, 1, 255);
  },
  noalert: (draft) => {
    draft.noAlert = true;
  },
  metadata,
  reference,
  target,
  tag: accepted,
  prefilter: accepted,
  bypass: accepted,
  'tls.store': accepted,
};
