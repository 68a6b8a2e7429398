import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateRawSync, gzipSync } from 'node:zlib';
import type { ApplicationFacts } from '../../payload/facts.ts';
import { matchesFacts } from '../testing/rule-case.ts';
import {
  certificates,
  clientHello,
  dnsQuery,
  httpRequest,
  httpResponse,
  serverHello,
  sshBanner,
  sshKeyExchange,
} from '../testing/sample-facts.ts';
import { normaliseUri } from './normalise-uri.ts';

const REQUEST = httpRequest(
  'POST /a/../b//c%20d?q=%3Cx%3E#f HTTP/1.1\r\nHost: Example.ORG:8080\r\nUser-Agent: curl/8\r\nCookie: id=7\r\n' +
    'Accept: */*\r\nAccept-Encoding: gzip\r\nAccept-Language: en\r\nReferer: http://r.example/\r\nX-A: 1\r\nX-A: 2\r\n' +
    'Content-Type: text/plain\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody',
);
const RESPONSE = httpResponse(
  'HTTP/1.1 404 Not Found\r\nServer: nginx\r\nLocation: /x\r\nSet-Cookie: s=1\r\nContent-Type: text/html\r\n\r\n<html>',
);
const HELLO = clientHello({ serverName: 'evil.example', alpn: ['h2', 'http/1.1'] });
const CERTIFICATES = certificates('C=US, O=Evil Corp, CN=evil.example', 'CN=Evil CA');

function packed(encoding: string, body: Buffer): ApplicationFacts {
  return httpResponse(`HTTP/1.1 200 OK\r\nContent-Encoding: ${encoding}\r\n\r\n${body.toString('latin1')}`);
}

const CHUNKED = httpResponse(
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n',
);

/** Protocol, options, facts, whether the rule matches. */
const CASES: readonly (readonly [protocol: string, options: string, facts: ApplicationFacts, matches: boolean])[] = [
  ['http', 'http.uri; content:"/b/c d?q=<x>#f"; bsize:14;', REQUEST, true],
  ['http', 'http.uri; content:"%20";', REQUEST, false],
  ['http', 'http.uri.raw; content:"/a/../b//c%20d";', REQUEST, true],
  ['http', 'urilen:14;', REQUEST, true],
  ['http', 'urilen:>14,norm;', REQUEST, false],
  ['http', 'urilen:31,raw;', REQUEST, false],
  ['http', 'urilen:26,raw;', REQUEST, true],
  ['http', 'http.method; content:"POST"; bsize:4;', REQUEST, true],
  ['http', 'http.header; content:"X-A|3a 20|1, 2|0d 0a|";', REQUEST, true],
  ['http', 'http.header; content:"Cookie";', REQUEST, false],
  ['http', 'http.header.raw; content:"X-A|3a 20|1|0d 0a|X-A|3a 20|2|0d 0a|";', REQUEST, true],
  ['http', 'http.header_names; content:"|0d 0a|Host|0d 0a|User-Agent|0d 0a|Cookie|0d 0a|"; startswith;', REQUEST, true],
  ['http', 'http.header_names; content:"|0d 0a|Connection|0d 0a 0d 0a|"; endswith;', REQUEST, true],
  ['http', 'http.cookie; content:"id=7"; bsize:4;', REQUEST, true],
  ['http', 'http.user_agent; content:"curl/8"; bsize:6;', REQUEST, true],
  ['http', 'http.host; content:"example.org"; bsize:11;', REQUEST, true],
  ['http', 'http.host.raw; content:"Example.ORG|3a|8080";', REQUEST, true],
  ['http', 'http.accept; content:"*/*"; bsize:3;', REQUEST, true],
  ['http', 'http.accept_enc; content:"gzip";', REQUEST, true],
  ['http', 'http.accept_lang; content:"en";', REQUEST, true],
  ['http', 'http.referer; content:"r.example";', REQUEST, true],
  ['http', 'http.content_type; content:"text/plain";', REQUEST, true],
  ['http', 'http.content_len; byte_test:0,=,4,0,string,dec;', REQUEST, true],
  ['http', 'http.connection; content:"close";', REQUEST, true],
  ['http', 'http.request_line; content:"POST /a/"; startswith; content:"HTTP/1.1"; endswith;', REQUEST, true],
  ['http', 'http.request_body; content:"body"; bsize:4;', REQUEST, true],
  ['http', 'http.protocol; content:"HTTP/1.1"; bsize:8;', REQUEST, true],
  ['http', 'http.start; content:"HTTP/1.1|0d 0a|Host|3a 20|Example";', REQUEST, true],
  ['http', 'http.referer; content:!"x";', httpRequest('GET / HTTP/1.1\r\nHost: a\r\n\r\n'), false],
  ['http', 'http.stat_code; content:"404";', RESPONSE, true],
  ['http', 'http.stat_msg; content:"Not Found"; bsize:9;', RESPONSE, true],
  ['http', 'http.server; content:"nginx";', RESPONSE, true],
  ['http', 'http.location; content:"/x";', RESPONSE, true],
  ['http', 'http.cookie; content:"s=1";', RESPONSE, true],
  ['http', 'http.response_line; content:"HTTP/1.1 404 Not Found"; bsize:22;', RESPONSE, true],
  ['http', 'http.response_body; content:"<html>";', RESPONSE, true],
  ['tcp', 'file.data; content:"<html>"; startswith;', RESPONSE, true],
  ['http', 'file_data; content:"secret"; bsize:6;', packed('gzip', gzipSync('secret')), true],
  ['http', 'file_data; content:"secret"; bsize:6;', packed('deflate', deflateRawSync('secret')), true],
  ['http', 'file_data; content:"secret";', packed('gzip', gzipSync(Buffer.alloc(1_000_000, 'secret'))), false],
  ['http', 'file_data; content:"plain"; bsize:5;', packed('gzip', Buffer.from('plain')), true],
  ['http', 'file_data; content:"abcdefg"; bsize:7;', CHUNKED, true],
  ['http', 'content:"POST"; http_method; content:"/b/"; http_uri; content:"c"; distance:0; http_uri;', REQUEST, true],
  ['http', 'content:"User-Agent|3a 20|"; http_header; pcre:"/^curl/RH";', REQUEST, true],
  ['http', 'pcre:"/^\\/b\\/c/U"; pcre:"/curl\\/\\d/V"; pcre:"/^post$/Mi"; pcre:"/^body$/P";', REQUEST, true],
  ['http', 'uricontent:"/b/c";', REQUEST, true],
  ['http', 'http.uri; content:"/b"; startswith; http.header; content:"X-B";', REQUEST, false],
  ['http', 'http.host; dotprefix; content:".example.org"; endswith;', REQUEST, true],
  ['http', 'http.user_agent; to_uppercase; content:"CURL/8";', REQUEST, true],
  ['http', 'http.user_agent; to_md5; content:"|99 1d 16 a3|";', REQUEST, false],
  ['http', 'http.request_body; to_md5; content:"|84 1a 2d 68|"; startswith;', REQUEST, true],
  ['http', 'http.request_body; xor:"01"; content:"cnex";', REQUEST, true],
  ['http', 'http.uri; pcrexform:"q=<(\\w)"; content:"x"; bsize:1;', REQUEST, true],
  ['http', 'http.stat_msg; strip_whitespace; content:"NotFound";', RESPONSE, true],
  ['http', 'http.uri.raw; url_decode; content:"q=<x>";', REQUEST, true],
  ['http', 'http.header; header_lowercase; content:"x-a|3a 20|1";', REQUEST, true],
  ['dns', 'dns.query; content:"Evil.Example"; bsize:12;', dnsQuery('Evil.Example'), true],
  ['dns', 'dns.query; content:"evil.example";', dnsQuery('Evil.Example'), false],
  ['dns', 'dns_query; content:"evil.example"; nocase; endswith;', dnsQuery('www.Evil.Example'), true],
  ['dns', 'dns.query; content:"two.example";', dnsQuery('one.example', 'two.example'), true],
  ['dns', 'dns.query; dotprefix; content:".evil.example"; nocase; endswith;', dnsQuery('evil.example'), true],
  ['dns', 'dns.opcode:0; dns.rrtype:1;', dnsQuery('a'), true],
  ['dns', 'dns.opcode:!0;', dnsQuery('a'), false],
  ['tls', 'tls.sni; content:"Evil.example"; bsize:12;', HELLO, true],
  ['tls', 'ja3.hash; content:"DEADBEEF";', HELLO, false],
  ['tls', `ja3.hash; content:"${HELLO.ja3.hash.toUpperCase()}";`, HELLO, true],
  ['tls', 'ja3.string; content:"771,4865";', HELLO, true],
  ['tls', 'ja4.hash; content:"t13d1516h2_8daaf6152771_02713d6af862";', HELLO, true],
  ['quic', 'tls.sni; content:"evil.example";', quic(), true],
  ['tls', 'ja3s.string; content:"771,49199,";', serverHello(), true],
  ['tls', 'ssl_state:server_hello; ssl_version:tls1.2;', serverHello(), true],
  ['tls', 'tls.version:1.3;', serverHello(), false],
  ['tls', 'tls.cert_subject; content:"CN=evil.example"; endswith;', CERTIFICATES, true],
  ['tls', 'tls_cert_issuer; content:"CN=Evil CA"; bsize:10;', CERTIFICATES, true],
  ['tls', 'tls.cert_serial; content:"00:ab:cd";', CERTIFICATES, true],
  ['tls', `tls.cert_fingerprint; content:"${fingerprint()}"; bsize:59;`, CERTIFICATES, true],
  ['tls', 'tls.certs; content:"DER of"; startswith;', CERTIFICATES, true],
  ['tls', 'tls.subject:"Evil Corp";', CERTIFICATES, true],
  ['tls', 'tls.issuerdn:!"Evil CA";', CERTIFICATES, false],
  ['ssh', 'ssh.software; content:"libssh"; startswith;', sshBanner('libssh_0.9'), true],
  ['ssh', 'ssh.proto; content:"2.0";', sshBanner('libssh_0.9'), true],
  ['ssh', `ssh.hassh; content:"${sshKeyExchange('a').hassh.hash}";`, sshKeyExchange('a'), true],
];

function fingerprint(): string {
  return CERTIFICATES.chain[0]!.sha1.match(/../g)!.join(':');
}

function quic(): ApplicationFacts {
  return {
    protocol: 'quic',
    message: 'initial',
    version: 1,
    destinationId: new Uint8Array(8),
    sourceId: new Uint8Array(8),
    hello: HELLO,
  };
}

describe('buffers of protocols', () => {
  for (const [protocol, options, facts, matches] of CASES) {
    it(`${protocol}: ${options} ${matches ? 'matches' : 'does not match'}`, () => {
      assert.equal(matchesFacts(`alert ${protocol} any any -> any any (${options})`, facts), matches);
    });
  }

  it('has buffers of HTTP/2 under the names of HTTP/1', () => {
    const headers = [
      [':method', 'GET'],
      [':path', '/evil'],
      [':authority', 'Evil.example'],
      ['user-agent', 'x/1'],
    ] as const;
    const facts: ApplicationFacts = {
      protocol: 'http2',
      message: 'request',
      headers,
    } as ApplicationFacts;
    const rule =
      'http.method; content:"GET"; http.uri; content:"/evil"; http.host; content:"evil.example"; http.user_agent; content:"x/1";';
    assert.equal(matchesFacts(`alert http any any -> any any (${rule})`, facts), true);
  });
});

describe('normalised targets', () => {
  for (const [target, expected] of [
    ['/', '/'],
    ['', ''],
    ['/a/./b/../c', '/a/c'],
    ['/../../etc/passwd', '/etc/passwd'],
    ['/a%2f..%2Fb', '/b'],
    ['\\a\\b', '/a/b'],
    ['/a//b?x=//y', '/a/b?x=//y'],
    ['http://user@host:80/p?q', '/p?q'],
    ['http://host', ''],
    ['/%', '/%'],
    ['/%zz%4', '/%zz%4'],
    ['/%u0041%u4e2d', '/A?'],
    ['/a+b?c+d', '/a+b?c+d'],
    ['/a/.', '/a/'],
  ] as const) {
    it(`${target} is ${expected}`, () => assert.equal(normaliseUri(target), expected));
  }
});
