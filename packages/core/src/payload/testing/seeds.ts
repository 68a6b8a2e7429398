import * as dnsPacket from 'dns-packet';
import { BINARY_SEEDS } from './binary-seeds.ts';
import { bytesOf, fromHex, joined } from './bytes.ts';
import { frame, HTTP2_PREFACE } from './http2-frames.ts';
import { both, type Seed } from './seed.ts';
import { sshKeyExchange } from './ssh-packets.ts';

export type { Seed };

const lines = (...texts: readonly string[]): Uint8Array[] => texts.map((text) => bytesOf(`${text}\r\n`));

const dnsQuery = dnsPacket.encode({
  type: 'query',
  id: 0x4e47,
  flags: dnsPacket.RECURSION_DESIRED,
  questions: [{ type: 'A', name: 'www.example.org' }],
  additionals: [
    { type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [] } as unknown as dnsPacket.OptAnswer,
  ],
});

const dnsResponse = dnsPacket.encode({
  type: 'response',
  id: 0x4e47,
  flags: dnsPacket.RECURSION_AVAILABLE,
  questions: [{ type: 'ANY' as 'A', name: 'example.org' }],
  answers: [
    { type: 'CNAME', name: 'example.org', ttl: 60, data: 'a.b.example.org' },
    { type: 'A', name: 'a.b.example.org', ttl: 60, data: '192.0.2.7' },
    { type: 'AAAA', name: 'a.b.example.org', ttl: 60, data: '2001:db8::7' },
    { type: 'MX', name: 'example.org', data: { preference: 10, exchange: 'mail.example.org' } },
    { type: 'TXT', name: 'example.org', data: ['v=spf1 -all', 'x'] },
    { type: 'SRV', name: '_x._tcp.example.org', data: { port: 99, target: 'b.example.org', priority: 1, weight: 2 } },
    { type: 'CAA', name: 'example.org', data: { flags: 128, tag: 'issue', value: 'ca.example' } },
  ],
  authorities: [
    {
      type: 'SOA',
      name: 'example.org',
      data: {
        mname: 'ns.example.org',
        rname: 'root.example.org',
        serial: 1,
        refresh: 2,
        retry: 3,
        expire: 4,
        minimum: 5,
      },
    },
  ],
});

/** HTTPS, which dns-packet does not write: `1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1 ech`. */
export const httpsRecord = fromHex(
  '4e47 8180 0001 0001 0000 0000 01 78 07 6578616d706c65 00 0041 0001 c00c 0041 0001 0000003c 0022' +
    '0001 00 0001 0006 02 6832 02 6833 0003 0002 20fb 0004 0004 c0000201 0005 0003 aabbcc',
);

const withLength = (bytes: Uint8Array): Uint8Array =>
  joined(Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes);

const HTTP2_REQUEST = fromHex('82 86 84 41 8c f1e3 c2e5 f23a 6ba0 ab90 f4ff');
const HTTP2_RESPONSE = fromHex('88 5f 87 497ca589d34d1f 5c 01 33');

const POST =
  'POST /a?b=c HTTP/1.1\r\nHost: x.example\r\nContent-Length: 3\r\nX-Long: a\r\n b\r\n\r\nabcGET / HTTP/1.1\n\n';

export const SEEDS: readonly Seed[] = [
  ...both(
    'http',
    'TCP',
    [bytesOf('GET /index.html HTTP/1.1\r\nHost: example.org\r\nCookie: a=b\r\n\r\n'), bytesOf(POST)],
    [
      bytesOf('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'),
      bytesOf('HTTP/1.0 404 Not Found\nServer: x\n\nno'),
    ],
  ),
  ...both(
    'http2',
    'TCP',
    [joined(HTTP2_PREFACE, frame(4, 0, 0, fromHex('0003 00000064')), frame(1, 5, 1, HTTP2_REQUEST))],
    [joined(frame(4, 0, 0, new Uint8Array(0)), frame(4, 1, 0, new Uint8Array(0)), frame(1, 4, 1, HTTP2_RESPONSE))],
  ),
  ...both(
    'ssh',
    'TCP',
    [joined(bytesOf('SSH-2.0-OpenSSH_9.6p1 Ubuntu-3\r\n'), sshKeyExchange())],
    [joined(bytesOf('go away\r\nSSH-2.0-dropbear_2022.83\r\n'), sshKeyExchange())],
  ),
  ...both('bittorrent', 'TCP', [bytesOf(`\x13BitTorrent protocol${'\0'.repeat(48)}`)], []),
  ...both(
    'bittorrent',
    'UDP',
    [
      bytesOf('d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe'),
      fromHex('0000041727101980 00000000 12345678'),
    ],
    [bytesOf('d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re')],
  ),
  ...both(
    'lines',
    'TCP',
    lines(
      'EHLO mail.example.org',
      'USER anonymous',
      'NICK bot\r\nUSER bot 8 * :x',
      'RFB 003.008',
      'get key',
      'CAPA',
      'a1 LOGIN x y',
      'OPTIONS rtsp://x/y RTSP/1.0',
    ),
    lines(
      '220 mx.example.org ESMTP',
      '220 ProFTPD Server ready.',
      ':irc.example.org NOTICE * :*** Looking up',
      'RFB 003.008',
      'STAT pid 1',
      '+OK POP3 ready',
      '* OK IMAP4rev1',
      'RTSP/1.0 200 OK',
    ),
  ),
  ...both('lines', 'UDP', lines('REGISTER sip:example.org SIP/2.0', 'M-SEARCH * HTTP/1.1'), lines('SIP/2.0 200 OK')),
  ...both(
    'rdp',
    'TCP',
    [fromHex('0300 0013 0e e0 0000 0000 00 01 00 0800 03000000')],
    [fromHex('0300 000b 06 d0 0000 1234 00')],
  ),
  ...both(
    'mqtt',
    'TCP',
    [fromHex('10 10 0004 4d515454 04 02 003c 0004 61626364')],
    [fromHex('20 02 00 00'), fromHex('20 03 00 00 00')],
  ),
  ...both('amqp', 'TCP', [fromHex('414d5150 00000901')], [fromHex('01 0000 00000010 000a 000a 00 09 00000000')]),
  ...both(
    'snmp',
    'UDP',
    [fromHex('30 17 020101 0406 7075626c6963 a10a 020101 020100 020100 3000')],
    [fromHex('30 17 020101 0406 7075626c6963 a20a 020101 020100 020100 3000')],
  ),
  ...both(
    'ldap',
    'TCP',
    [fromHex('30 0c 020101 6007 020103 0400 8000')],
    [fromHex('30 0c 020101 6107 0a0100 0400 0400')],
  ),
  ...both('telnet', 'TCP', [fromHex('fffb18 fffb1f')], [fromHex('fffd18 fffd20')]),
  ...both('tftp', 'UDP', [bytesOf('\0\x01boot.img\0octet\0')], []),
  ...both(
    'netbios',
    'UDP',
    [fromHex(`0001 0110 0001 0000 0000 0000 20 ${'43'.repeat(2)}${'41'.repeat(30)} 00 0020 0001`)],
    [],
  ),
  ...both('dns', 'UDP', [dnsQuery], [dnsResponse, httpsRecord]),
  ...both('dns', 'TCP', [joined(withLength(dnsQuery), withLength(dnsQuery))], [withLength(dnsResponse)]),
  ...both(
    'memcached',
    'TCP',
    [fromHex(`80 00 0003 00 00 0000 00000003 ${'00'.repeat(12)} 616263`)],
    [fromHex(`81 ${'00'.repeat(23)}`)],
  ),
  ...both(
    'memcached',
    'UDP',
    [bytesOf('\0\x01\0\0\0\x01\0\0stats\r\n')],
    [bytesOf('\0\x01\0\0\0\x02\0\0STAT pid 1\r\n')],
  ),
  ...both('socks5', 'TCP', [fromHex('05 01 00'), fromHex('05 02 00 02 01')], [fromHex('05 00'), fromHex('05 02')]),
  ...both('socks4', 'TCP', [fromHex('04 01 0050 c0000201 6d6500')], [fromHex('00 5a 0050 c0000201')]),
  ...both(
    'ntp',
    'UDP',
    [fromHex(`23 ${'00'.repeat(47)}`), fromHex('17 00 03 2a 00000000'), fromHex(`16 02 0001 ${'00'.repeat(8)}`)],
    [fromHex(`24 02 06 e9 ${'00'.repeat(44)}`)],
  ),
  ...BINARY_SEEDS,
];
