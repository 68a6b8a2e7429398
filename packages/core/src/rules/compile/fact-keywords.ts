import type { ApplicationFacts } from '../../payload/facts.ts';
import { getBuffer } from '../buffers/buffer-table.ts';
import { refuse } from '../problem.ts';
import { commaParts, parseInteger, parseQuoted } from '../syntax/quoted.ts';
import { type KeywordHandler, type KeywordTable, need, parseSizeTest } from './keyword.ts';
import { plainContent, type RuleDraft } from './rule-draft.ts';

const TLS_VERSIONS: Readonly<Record<string, number>> = {
  sslv2: 0x0200,
  sslv3: 0x0300,
  'tls1.0': 0x0301,
  'tls1.1': 0x0302,
  'tls1.2': 0x0303,
  'tls1.3': 0x0304,
};

function versionOf(facts: ApplicationFacts): number | undefined {
  if (facts.protocol !== 'tls' || facts.message === 'certificate') return undefined;
  return facts.message === 'record' ? facts.recordVersion : facts.version;
}

const sslVersion: KeywordHandler = (draft, value, keyword) => {
  const words = commaParts(keyword, value);
  const negated = words.every((word) => word.startsWith('!'));
  const wanted = words.map((word) => {
    const name = word.replace(/^!/, '').toLowerCase();
    return Object.hasOwn(TLS_VERSIONS, name)
      ? TLS_VERSIONS[name]!
      : refuse(keyword, `${name.slice(0, 40)} is no version`);
  });
  addTlsTest(draft, keyword, (facts) => {
    const version = versionOf(facts);
    return version !== undefined && wanted.includes(version) !== negated;
  });
};

const tlsVersion: KeywordHandler = (draft, value, keyword) => {
  const { text } = parseQuoted(keyword, value);
  const name = `tls${text}`;
  const wanted = Object.hasOwn(TLS_VERSIONS, name) ? TLS_VERSIONS[name] : undefined;
  if (wanted === undefined) refuse(keyword, `${text.slice(0, 40)} is no version`);
  addTlsTest(draft, keyword, (facts) => versionOf(facts) === wanted);
};

const SSL_STATES: readonly string[] = ['client_hello', 'server_hello'];

const sslState: KeywordHandler = (draft, value, keyword) => {
  const wanted = need(keyword, value)
    .split('|')
    .map((word) => word.trim());
  const unknown = wanted.find((word) => !SSL_STATES.includes(word));
  if (unknown !== undefined) refuse(keyword, `${unknown.slice(0, 40)} is not seen in a sample`);
  const messages = wanted.map((word) => word.replace('_', '-'));
  addTlsTest(draft, keyword, (facts) => messages.includes(facts.message));
};

function addTlsTest(draft: RuleDraft, keyword: string, test: (facts: ApplicationFacts) => boolean): void {
  draft.requireApplication(keyword, ['tls']);
  draft.factTests.push({ protocols: ['tls'], test });
}

/** `tls.subject:"…"` and its like: the text is somewhere in the buffer. */
function textIn(name: string): KeywordHandler {
  return (draft, value, keyword) => {
    const { negated, text } = parseQuoted(keyword, value);
    draft.add(draft.bufferOf(getBuffer(name)), plainContent(Buffer.from(text, 'latin1'), negated));
  };
}

const dnsOpcode = dnsNumber(({ opcode }) => [opcode]);
const dnsRcode = dnsNumber(({ rcode }) => [rcode]);
const dnsType = dnsNumber(({ questions }) => questions.map(({ type }) => type));

function dnsNumber(read: (facts: ApplicationFacts & { protocol: 'dns' }) => readonly number[]): KeywordHandler {
  return (draft, value, keyword) => {
    const test = parseSizeTest(keyword, need(keyword, value), 65_535);
    draft.requireApplication(keyword, ['dns']);
    draft.factTests.push({ protocols: ['dns'], test: (facts) => facts.protocol === 'dns' && read(facts).some(test) });
  };
}

const urilen: KeywordHandler = (draft, value, keyword) => {
  const [size = '', which = 'norm'] = commaParts(keyword, value);
  if (which !== 'norm' && which !== 'raw') refuse(keyword, 'neither norm nor raw');
  draft.add(draft.uriBuffer(which === 'raw'), { kind: 'size', test: parseSizeTest(keyword, size, 65_535) });
};

const bsize: KeywordHandler = (draft, value, keyword) => {
  if (draft.sticky === undefined && draft.base64 === undefined) refuse(keyword, 'no buffer before it');
  draft.add(draft.sticky ?? draft.payload, { kind: 'size', test: parseSizeTest(keyword, need(keyword, value)) });
};

const certChainLength: KeywordHandler = (draft, value, keyword) => {
  const test = parseSizeTest(keyword, need(keyword, value), 255);
  addTlsTest(
    draft,
    keyword,
    (facts) => facts.protocol === 'tls' && facts.message === 'certificate' && !facts.isCut && test(facts.chain.length),
  );
};

const dceOperation: KeywordHandler = (draft, value, keyword) => {
  const wanted = commaParts(keyword, value).map((part) => parseInteger(keyword, part, 0, 65_535));
  draft.requireApplication(keyword, ['dcerpc']);
  draft.factTests.push({
    protocols: ['dcerpc'],
    test: (facts) => facts.protocol === 'dcerpc' && facts.operation !== undefined && wanted.includes(facts.operation),
  });
};

/** Keywords about what a protocol's message says, beside its buffers. */
export const FACT_KEYWORDS: KeywordTable = {
  urilen,
  bsize,
  ssl_version: sslVersion,
  ssl_state: sslState,
  'tls.version': tlsVersion,
  'tls.subject': textIn('tls.cert_subject'),
  'tls.issuerdn': textIn('tls.cert_issuer'),
  'tls.fingerprint': textIn('tls.cert_fingerprint'),
  'tls.cert_chain_len': certChainLength,
  'ssh.softwareversion': textIn('ssh.software'),
  'ssh.protoversion': textIn('ssh.proto'),
  'dns.opcode': dnsOpcode,
  'dns.rcode': dnsRcode,
  'dns.rrtype': dnsType,
  dce_opnum: dceOperation,
  'dcerpc.opnum': dceOperation,
};
