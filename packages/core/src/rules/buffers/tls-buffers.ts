import type { ApplicationFacts, TlsCertificate, TlsClientHello } from '../../payload/facts.ts';
import { type BufferDefinition, latin1 } from './buffer.ts';

function ofHello(name: string, read: (hello: TlsClientHello) => string | undefined): BufferDefinition {
  return {
    name,
    protocols: ['tls', 'quic'],
    direction: 'to-server',
    message: 'client-hello',
    foldsCase: true,
    rarity: 2,
    read: (facts) => {
      const hello = clientHello(facts);
      return hello === undefined ? undefined : latin1(read(hello));
    },
  };
}

/** The hello of TLS, or of QUIC, which carries the same. */
function clientHello(facts: ApplicationFacts): TlsClientHello | undefined {
  if (facts.protocol === 'quic') return facts.hello;
  return facts.protocol === 'tls' && facts.message === 'client-hello' ? facts : undefined;
}

function ofServer(
  name: string,
  read: (facts: ApplicationFacts & { message: 'server-hello' }) => string,
): BufferDefinition {
  return {
    name,
    protocols: ['tls'],
    direction: 'to-client',
    message: 'server-hello',
    foldsCase: true,
    rarity: 2,
    read: (facts) => (facts.protocol === 'tls' && facts.message === 'server-hello' ? latin1(read(facts)) : undefined),
  };
}

function chainOf(facts: ApplicationFacts): readonly TlsCertificate[] {
  return facts.protocol === 'tls' && facts.message === 'certificate' ? facts.chain : [];
}

/** Of the server's own certificate, the first of the chain. */
function ofCertificate(
  name: string,
  read: (certificate: TlsCertificate) => string,
  foldsCase = false,
): BufferDefinition {
  return {
    name,
    protocols: ['tls'],
    direction: 'to-client',
    message: 'certificate',
    foldsCase,
    rarity: 2,
    read: (facts) => {
      const certificate = chainOf(facts)[0];
      return certificate === undefined ? undefined : latin1(read(certificate));
    },
  };
}

/** Buffers of TLS (Suricata 7, tls-keywords and ja-keywords). */
export const TLS_BUFFERS: readonly BufferDefinition[] = [
  ofHello('tls.sni', ({ serverName }) => serverName),
  ofHello('ja3.hash', ({ ja3 }) => ja3.hash),
  ofHello('ja3.string', ({ ja3 }) => ja3.text),
  ofHello('ja4.hash', ({ ja4 }) => ja4),
  ofServer('ja3s.hash', ({ ja3s }) => ja3s.hash),
  ofServer('ja3s.string', ({ ja3s }) => ja3s.text),
  ofCertificate('tls.cert_subject', ({ subject }) => subject),
  ofCertificate('tls.cert_issuer', ({ issuer }) => issuer),
  ofCertificate('tls.cert_serial', ({ serial }) => serial, true),
  ofCertificate('tls.cert_fingerprint', ({ sha1 }) => sha1.replace(/(..)(?=.)/g, '$1:'), true),
  {
    name: 'tls.certs',
    protocols: ['tls'],
    direction: 'to-client',
    isMulti: true,
    message: 'certificate',
    rarity: 1,
    read: (facts) => {
      const chain = chainOf(facts);
      return chain.length === 0 ? undefined : chain.map(({ der }) => der);
    },
  },
  {
    name: 'tls.alpn',
    protocols: ['tls', 'quic'],
    direction: 'both',
    isMulti: true,
    rarity: 0,
    read: (facts) => {
      const isServer = facts.protocol === 'tls' && facts.message === 'server-hello';
      const names = isServer ? facts.alpn : (clientHello(facts)?.alpn ?? []);
      return names.length === 0 ? undefined : names.map((name) => Buffer.from(name, 'latin1'));
    },
  },
];
