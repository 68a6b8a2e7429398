import { rootCertificates } from 'node:tls';
import { bytesOf, fromHex, joined } from './bytes.ts';
import { CLIENT_INITIAL_V1, RETRY_V1 } from './quic-vectors.ts';
import { cryptoFrame, initialPacket } from './quic-writer.ts';
import { both, type Seed } from './seed.ts';
import * as tls from './tls-writer.ts';

const hello = tls.clientHello({
  extensions: [tls.serverName('example.org'), tls.supportedVersions(0x0304), tls.keyShares([0x11ec, 1216], [29, 32])],
});
const certificate = Buffer.from(rootCertificates[0]!.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64');
const flight = joined(tls.serverHello(0x0303, 0xc02f, [tls.alpn('h2')]), tls.certificates([certificate, certificate]));

const SMB_1_NEGOTIATE = fromHex(
  `0000002f ff534d4272 00000000 18 53c8 ${'00'.repeat(20)} 00 0c00 024e54204c4d20302e313200`,
);
const SMB_2_NEGOTIATE = fromHex(
  `0000006a fe534d42 4000 0000 00000000 0000 0100 00000000 00000000 ${'00'.repeat(40)} 2400 0300 ${'00'.repeat(32)} 0202 1002 1103`,
);
const SMB_2_ANSWERS = fromHex(
  `00000080 fe534d42 4000 0000 00000000 0500 0100 01000000 40000000 ${'00'.repeat(40)}` +
    `fe534d42 4000 0000 220000c0 0600 0100 01000000 00000000 ${'00'.repeat(40)}`,
);
const DCERPC_BIND = fromHex(
  '05000b03 10000000 4800 0000 01000000 d016 d016 00000000 01000000 0000 0100' +
    '0883afe11f5dc91191a408002b14a0fa 03000000 045d888aeb1cc9119fe808002b104860 02000000',
);
const MYSQL_LOGIN = joined(fromHex('2a000001 0aa20000 00000001 21'), new Uint8Array(23), bytesOf('root\0\0shop\0'));
const KAFKA_REQUEST = joined(fromHex('00000011 0012 0003 00000001 0007'), bytesOf('rdkafka'));
const MONGODB_HELLO = fromHex('25000000 01000000 00000000 dd070000 00000000 00 10000000 10 68656c6c6f00 01000000 00');

const MESSAGES: readonly Seed[] = [
  ...both(
    'tls',
    'TCP',
    [
      tls.records(hello),
      tls.records(hello, 37),
      fromHex('8025 01 0301 000c 0000 0010 000035 000005 0700c0 030080 0102030405060708090a0b0c0d0e0f10'),
    ],
    [tls.records(flight, 1400), fromHex('15 0303 0002 02 28')],
  ),
  ...both('quic', 'UDP', [CLIENT_INITIAL_V1, initialPacket({ frames: cryptoFrame(0, hello) })], [RETRY_V1]),
  ...both('smb', 'TCP', [SMB_1_NEGOTIATE, SMB_2_NEGOTIATE], [SMB_2_ANSWERS]),
  ...both(
    'stratum',
    'TCP',
    [
      bytesOf(
        '{"id":1,"method":"mining.subscribe","params":["x/1"]}\n{"id":2,"method":"mining.authorize","params":["w","x"]}\n',
      ),
      bytesOf('{"id":1,"jsonrpc":"2.0","method":"login","params":{"login":"4A","pass":"x","agent":"XMRig/6.21.0"}}\n'),
    ],
    [bytesOf('{"id":1,"result":[[["mining.notify","a"]],"08",4],"error":null}\n{"id":2,"result":true,"error":null}\n')],
  ),
  ...both(
    'postgresql',
    'TCP',
    [bytesOf('\0\0\0\x08\x04\xd2\x16\x2f\0\0\0\x13\0\x03\0\0user\0root\0\0')],
    [bytesOf('R\0\0\0\x0c\0\0\0\x05abcd'), bytesOf('E\0\0\0\x16SFATAL\0Mno entry\0\0')],
  ),
  ...both('mysql', 'TCP', [MYSQL_LOGIN], [joined(fromHex('29000000 0a'), bytesOf(`8.0.36\0${'x'.repeat(33)}`))]),
  ...both('mongodb', 'TCP', [MONGODB_HELLO], []),
  ...both(
    'redis',
    'TCP',
    [bytesOf('*3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$3\r\ndir\r\n*1\r\n$4\r\nSAVE\r\n')],
    [bytesOf('-NOAUTH Authentication required.\r\n'), bytesOf('$30\r\n# Server\r\nredis_version:7.2.4\r\n')],
  ),
  ...both(
    'dcerpc',
    'TCP',
    [joined(DCERPC_BIND, fromHex('05000003 10000000 1800 0000 02000000 00000000 0000 0c00'))],
    [],
  ),
  ...both('kafka', 'TCP', [KAFKA_REQUEST], []),
];

/** Messages of the parsers for TLS, QUIC, SMB, DCE/RPC, data stores and miners. Samples are no Buffers, so these are none. */
export const BINARY_SEEDS: readonly Seed[] = MESSAGES.map((seed) => ({ ...seed, bytes: Uint8Array.from(seed.bytes) }));
