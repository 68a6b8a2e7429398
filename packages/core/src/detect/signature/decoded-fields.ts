import type { ApplicationFacts, TlsClientHello } from '../../payload/facts.ts';
import { redactFacts } from '../../payload/redact/redact-facts.ts';

/** What is shown of one field; peers write what they like. */
const MOST_CHARACTERS = 256;
/** Messages of one sample that are shown. */
const MOST_MESSAGES = 4;

export type DecodedFields = Readonly<Record<string, string>>;

type Fields = Readonly<Record<string, string | undefined>>;

/** The words of messages by which a person knows them again, without secrets and cut to a bearable length; undefined without any. */
export function decodedFields(messages: readonly ApplicationFacts[]): DecodedFields | undefined {
  if (messages.length === 0) return undefined;
  const fields: Record<string, string> = {};
  for (const facts of messages.slice(0, MOST_MESSAGES)) {
    fields.protocol = facts.protocol;
    fields.message = facts.message;
    for (const [name, value] of Object.entries(fieldsOf(redactFacts(facts)))) {
      if (value !== undefined && value !== '') fields[name] = value.slice(0, MOST_CHARACTERS);
    }
  }
  return fields;
}

function fieldsOf(facts: ApplicationFacts): Fields {
  switch (facts.protocol) {
    case 'http':
      if (facts.message === 'response')
        return { status: String(facts.status), server: header(facts.headers, 'server') };
      return {
        method: facts.method,
        host: header(facts.headers, 'host'),
        target: facts.target,
        userAgent: header(facts.headers, 'user-agent'),
      };
    case 'http2':
      return {
        method: header(facts.headers, ':method'),
        host: header(facts.headers, ':authority'),
        target: header(facts.headers, ':path'),
      };
    case 'dns':
      return { name: facts.questions[0]?.name, answers: facts.answers.map(({ data }) => data).join(' ') };
    case 'tls':
      if (facts.message === 'client-hello') return hello(facts);
      if (facts.message === 'server-hello') return { ja3s: facts.ja3s.hash };
      if (facts.message !== 'certificate') return {};
      return { subject: facts.chain[0]?.subject, issuer: facts.chain[0]?.issuer, sha256: facts.chain[0]?.sha256 };
    case 'quic':
      return facts.hello === undefined ? {} : hello(facts.hello);
    case 'ssh':
      return facts.message === 'banner' ? { software: facts.software } : { hassh: facts.hassh.hash };
    case 'stratum':
      return { method: facts.method, agent: facts.agent };
    case 'other':
      return { name: facts.name, detail: facts.detail };
    case 'redis':
    case 'mysql':
    case 'postgresql':
    case 'mongodb':
    case 'kafka':
      return { detail: facts.detail };
    case 'dcerpc':
      return { interfaces: facts.interfaces.join(' ') };
    case 'smb':
    case 'unknown':
      return {};
  }
}

function hello({ serverName, ja3, ja4 }: TlsClientHello): Fields {
  return { serverName, ja3: ja3.hash, ja4 };
}

function header(headers: readonly (readonly [name: string, value: string])[], wanted: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}
