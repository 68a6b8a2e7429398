import { createHash } from 'node:crypto';
import type {
  DnsFacts,
  HttpRequest,
  HttpResponse,
  SshBanner,
  SshKeyExchange,
  TlsCertificates,
  TlsClientHello,
  TlsServerHello,
} from '../../payload/facts.ts';

interface Head {
  readonly first: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly head: Uint8Array;
  readonly body: Uint8Array;
}

function splitMessage(text: string): Head {
  const bytes = Buffer.from(text, 'latin1');
  const end = text.indexOf('\r\n\r\n') + 4;
  const [first = '', ...lines] = text.slice(0, end - 4).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { first, headers, head: bytes.subarray(0, end), body: bytes.subarray(end) };
}

/** A request as it stands on the wire. */
export function httpRequest(text: string): HttpRequest {
  const { first, ...rest } = splitMessage(text);
  const [method = '', target = '', version = ''] = first.split(' ');
  return { protocol: 'http', message: 'request', method, target, version, ...rest, isComplete: true };
}

/** A response as it stands on the wire. */
export function httpResponse(text: string): HttpResponse {
  const { first, ...rest } = splitMessage(text);
  const [version = '', status = '', ...reason] = first.split(' ');
  return {
    protocol: 'http',
    message: 'response',
    version,
    status: Number(status),
    reason: reason.join(' '),
    ...rest,
    isComplete: true,
  };
}

function nameBytes(name: string): Uint8Array {
  return Buffer.concat([
    ...name.split('.').map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label, 'latin1')])),
    Buffer.of(0),
  ]);
}

/** A query for names, the first one as sent. */
export function dnsQuery(...names: readonly string[]): DnsFacts {
  const bytes = Buffer.concat([
    Buffer.from('123401000001000000000000', 'hex'),
    nameBytes(names[0] ?? ''),
    Buffer.from('00010001', 'hex'),
  ]);
  return {
    protocol: 'dns',
    message: 'query',
    id: 0x1234,
    opcode: 0,
    rcode: 0,
    truncated: false,
    questions: names.map((name) => ({ name: name.toLowerCase(), type: 1, class: 1 })),
    answers: [],
    authorities: [],
    additionals: [],
    messageBytes: bytes.length,
    bytes,
  };
}

const md5 = (text: string) => ({ text, hash: createHash('md5').update(text).digest('hex') });

export function clientHello(over: Partial<TlsClientHello> = {}): TlsClientHello {
  return {
    protocol: 'tls',
    message: 'client-hello',
    recordVersion: 0x0301,
    version: 0x0303,
    supportedVersions: [],
    alpn: [],
    ciphers: [],
    extensions: [],
    groups: [],
    pointFormats: [],
    signatureAlgorithms: [],
    keyShares: [],
    hasEncryptedHello: false,
    ja3: md5('771,4865,0,29,0'),
    ja4: 't13d1516h2_8daaf6152771_02713d6af862',
    ...over,
  };
}

export function serverHello(): TlsServerHello {
  return {
    protocol: 'tls',
    message: 'server-hello',
    recordVersion: 0x0303,
    version: 0x0303,
    cipher: 0xc02f,
    extensions: [],
    alpn: [],
    ja3s: md5('771,49199,'),
  };
}

export function certificates(subject: string, issuer: string): TlsCertificates {
  const der = Buffer.from(`DER of ${subject}`);
  const sha1 = createHash('sha1').update(der).digest('hex');
  const sha256 = createHash('sha256').update(der).digest('hex');
  const certificate = {
    subject,
    issuer,
    serial: '00:AB:CD',
    notBeforeMs: 0,
    notAfterMs: 1,
    alternativeNames: [],
    sha1,
    sha256,
    der,
  };
  return { protocol: 'tls', message: 'certificate', chain: [certificate], isCut: false };
}

export function sshBanner(software: string): SshBanner {
  return {
    protocol: 'ssh',
    message: 'banner',
    line: `SSH-2.0-${software}`,
    protocolVersion: '2.0',
    software,
    comments: '',
  };
}

export function sshKeyExchange(text: string): SshKeyExchange {
  return {
    protocol: 'ssh',
    message: 'key-exchange',
    keyExchange: [],
    hostKeys: [],
    encryption: [],
    macs: [],
    compression: [],
    hassh: md5(text),
  };
}
