import { stickyBuffer } from '../buffers/buffer-table.ts';
import { parseTransform } from '../buffers/transforms.ts';
import { refuse } from '../problem.ts';
import { BYTE_KEYWORDS } from './byte-keywords.ts';
import { CONTENT_KEYWORDS } from './content-keywords.ts';
import { FACT_KEYWORDS } from './fact-keywords.ts';
import { FLOW_KEYWORDS } from './flow-keywords.ts';
import { K8S_KEYWORDS } from './k8s-keywords.ts';
import { type KeywordContext, type KeywordTable, needNone } from './keyword.ts';
import { META_KEYWORDS } from './meta-keywords.ts';
import { PCRE_KEYWORDS } from './pcre-keyword.ts';
import type { RuleDraft } from './rule-draft.ts';
import { STATE_KEYWORDS } from './state-keywords.ts';
import { THRESHOLD_KEYWORDS } from './threshold-keywords.ts';

const KEYWORDS: KeywordTable = {
  ...META_KEYWORDS,
  ...CONTENT_KEYWORDS,
  ...PCRE_KEYWORDS,
  ...BYTE_KEYWORDS,
  ...FLOW_KEYWORDS,
  ...FACT_KEYWORDS,
  ...THRESHOLD_KEYWORDS,
  ...STATE_KEYWORDS,
  ...K8S_KEYWORDS,
};

/** Keywords about headers of packets, which a sample of payload does not have. */
const OF_HEADERS = new Set(
  (
    'flags tcp.flags ttl id ipid ack seq window tcp.window tcp.mss tcp.hdr udp.hdr ipv4.hdr ipv6.hdr fragbits fragoffset ' +
    'ip_proto ipopts tos itype icode icmp_id icmp_seq icmpv4.hdr icmpv6.hdr icmpv6.mtu l3_proto'
  ).split(' '),
);

/** Reads an option into the rule. @throws RuleRefusal for what cannot be honoured */
export function applyKeyword(
  draft: RuleDraft,
  keyword: string,
  value: string | undefined,
  context: KeywordContext,
): void {
  const handler = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
  if (handler !== undefined) handler(draft, value, keyword, context);
  else if (!beginBuffer(draft, keyword, value) && !addTransform(draft, keyword, value)) {
    refuse(keyword, OF_HEADERS.has(keyword) ? 'a sample is payload, without headers of packets' : 'not known');
  }
}

function beginBuffer(draft: RuleDraft, keyword: string, value: string | undefined): boolean {
  const buffer = stickyBuffer(keyword);
  if (buffer === undefined && keyword !== 'pkt_data') return false;
  needNone(keyword, value);
  if (buffer === undefined) draft.beginPayload();
  else draft.begin(buffer);
  return true;
}

function addTransform(draft: RuleDraft, keyword: string, value: string | undefined): boolean {
  const transform = parseTransform(keyword, value);
  if (transform !== undefined) draft.addTransform(keyword, transform);
  return transform !== undefined;
}

/** All keywords that are tables, for the reference page. */
export function keywordNames(): readonly string[] {
  return Object.keys(KEYWORDS);
}
