/** Hostile input: random bytes and changed messages through the parsers of this directory. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDceRpc } from './dcerpc/parse-dcerpc.ts';
import { identifyApplication } from './identify.ts';
import { parseQuicInitial } from './quic/quic-initial.ts';
import { parseSmb } from './smb/parse-smb.ts';
import { parseKafka } from './store/parse-kafka.ts';
import { parseMongodb } from './store/parse-mongodb.ts';
import { parseMysql } from './store/parse-mysql.ts';
import { parsePostgresql } from './store/parse-postgresql.ts';
import { parseRedis } from './store/parse-redis.ts';
import { parseStratum } from './stratum/parse-stratum.ts';
import { CLIENT_INITIAL_V1, RETRY_V1 } from './testing/quic-vectors.ts';
import { cryptoFrame, initialPacket } from './testing/quic-writer.ts';
import {
  certificates,
  clientHello,
  keyShares,
  records,
  serverHello,
  serverName,
  supportedVersions,
} from './testing/tls-writer.ts';
import { parseTls } from './tls/parse-tls.ts';

/** The long form: NETGUARD_FUZZ=1000000. */
const SAMPLES = Number(process.env.NETGUARD_FUZZ ?? 20_000);
const MOST_BYTES = 1500;

const hello = clientHello({ extensions: [serverName('example.org'), supportedVersions(0x0304), keyShares([29, 32])] });
const certificate = Buffer.from('301e3019020101300006003000301e170d3230303130313030303030305a3000', 'hex');

const PARSERS: readonly (readonly [
  name: string,
  parse: (bytes: Uint8Array) => unknown,
  seeds: readonly Uint8Array[],
])[] = [
  [
    'tls',
    parseTls,
    [
      records(hello),
      records(hello, 37),
      records(Buffer.concat([serverHello(0x0303, 0xc02f, []), certificates([certificate, certificate])])),
      Buffer.from('8025010301000c000000100000350000050700c00300800102030405060708090a0b0c0d0e0f10', 'hex'),
    ],
  ],
  [
    'quic',
    (bytes) => parseQuicInitial(bytes),
    [CLIENT_INITIAL_V1, RETRY_V1, initialPacket({ frames: cryptoFrame(0, hello) })],
  ],
  [
    'smb',
    parseSmb,
    [
      Buffer.from(`00000040fe534d4240${'00'.repeat(59)}`, 'hex'),
      Buffer.from(`0000002fff534d4272000000001853c8${'00'.repeat(20)}000c00024e54204c4d20302e313200`, 'hex'),
    ],
  ],
  [
    'dcerpc',
    parseDceRpc,
    [
      Buffer.from(
        '05000b0310000000480000000100000 0d016d0160000000001000000000001000883afe11f5dc91191a408002b14a0fa03000000'.replace(
          ' ',
          '',
        ),
        'hex',
      ),
    ],
  ],
  [
    'redis',
    (bytes) => parseRedis(bytes, undefined),
    [Buffer.from('*2\r\n$4\r\nINFO\r\n$3\r\nall\r\n'), Buffer.from('-NOAUTH no\r\n')],
  ],
  [
    'mysql',
    parseMysql,
    [
      Buffer.from('\x29\0\0\0\x0a8.0.36\0xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 'latin1'),
      Buffer.concat([
        Buffer.from('2a00000100a20900000000012100', 'hex'),
        Buffer.alloc(22),
        Buffer.from('root\0\0db\0'),
      ]),
    ],
  ],
  [
    'postgresql',
    parsePostgresql,
    [Buffer.from('\0\0\0\x13\0\x03\0\0user\0root\0\0', 'latin1'), Buffer.from('R\0\0\0\x0c\0\0\0\x05abcd', 'latin1')],
  ],
  [
    'mongodb',
    parseMongodb,
    [
      Buffer.from(
        '25000000010000000000000 0dd0700000000000000100000001068656c6c6f000100000000'.replace(' ', ''),
        'hex',
      ),
    ],
  ],
  [
    'kafka',
    (bytes) => parseKafka(bytes, undefined),
    [Buffer.from('000000110012000300000001000772646b61666b61', 'hex')],
  ],
  [
    'stratum',
    (bytes) => parseStratum(bytes, undefined),
    [
      Buffer.from(
        '{"id":1,"method":"mining.subscribe","params":["x/1"]}\n{"id":2,"method":"login","params":{"login":"a","pass":"x"}}\n',
      ),
    ],
  ],
];

/** A generator of 32 bits (Marsaglia, "Xorshift RNGs", 2003): the same samples each time. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Noise, noise behind a true beginning, or a message with some bytes changed, cut, or doubled. */
function sample(seeds: readonly Uint8Array[], next: (below: number) => number): Uint8Array {
  const seed = seeds[next(seeds.length)]!;
  const kind = next(8);
  if (kind === 0) return Uint8Array.from({ length: next(200) }, () => next(256));
  if (kind === 1)
    return Buffer.concat([seed.subarray(0, next(24)), Uint8Array.from({ length: next(400) }, () => next(256))]);
  const bytes = kind === 2 ? Buffer.concat([seed, seed]) : Buffer.from(seed);
  for (let changes = next(6); changes > 0; changes--) bytes[next(bytes.length)] = [0, 0xff, 0x80, next(256)][next(4)]!;
  return bytes.subarray(0, next(3) === 0 ? next(bytes.length + 1) : MOST_BYTES);
}

describe(`${SAMPLES} samples do no harm to the parser`, () => {
  for (const [name, parse, seeds] of PARSERS) {
    it(`of ${name}`, () => {
      for (const seed of seeds) assert.ok(isSomething(parse(seed)), `${name} knows its seeds`);
      const next = generator(0x9e3779b9);
      for (let index = 0; index < SAMPLES; index++) parse(sample(seeds, next));
    });
  }

  it('that finds out what it is', () => {
    const next = generator(0x51ed270b);
    const all = PARSERS.flatMap(([, , seeds]) => seeds);
    for (let index = 0; index < SAMPLES; index++) {
      const bytes = sample(all, next);
      const transport = next(2) === 0 ? 'TCP' : 'UDP';
      const found = identifyApplication({
        bytes,
        wireLength: bytes.length,
        transport,
        sourcePort: 1,
        destinationPort: next(65_536),
        toServer: undefined,
        isLast: true,
      });
      assert.equal(found === undefined, bytes.length === 0);
    }
  });
});

describe('time', () => {
  it('grows with the bytes only', () => {
    const long = 65_536;
    const hostile: readonly Uint8Array[] = [
      Buffer.alloc(long, '{"'),
      Buffer.alloc(long, '{"method":"'),
      Buffer.alloc(long, '[['),
      Buffer.alloc(long, Buffer.from('160301000101', 'hex')),
      Buffer.alloc(long, Buffer.from('00000004fe534d42', 'hex')),
      Buffer.alloc(long, '*1\r\n$1\r\nA\r\n'),
      Buffer.concat([Buffer.from('0303', 'hex'), Buffer.alloc(long, 0x30)]),
      records(message65k()),
    ];
    for (const bytes of hostile) {
      const started = process.cpuUsage().user;
      for (let turn = 0; turn < 20; turn++) {
        for (const [, parse] of PARSERS) parse(bytes);
      }
      const tookMs = (process.cpuUsage().user - started) / 1000;
      assert.ok(tookMs < 2000, `${tookMs} ms for ${bytes.subarray(0, 8).toString()}`);
    }
  });
});

/** A hello of nothing but empty extensions. */
function message65k(): Buffer {
  const empty = Array.from({ length: 16_000 }, () => Buffer.from('ffff0000', 'hex'));
  return clientHello({ extensions: empty });
}

function isSomething(found: unknown): boolean {
  return Array.isArray(found) ? found.length > 0 : found !== undefined;
}
