import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatAddress } from '../address.ts';
import { CaptureReader } from '../capture/capture-reader.ts';
import { Dissector } from '../capture/dissector.ts';
import { evidenceOf } from './evidence-of.ts';
import { evidencePcap } from './evidence-pcap.ts';
import type { EvidenceSample } from './evidence-sample.ts';

const T0 = 1_700_000_000_000;
const text = (of: string): Uint8Array => new TextEncoder().encode(of);

function sample(more: Partial<EvidenceSample>): EvidenceSample {
  const bytes = more.bytes ?? text('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  return {
    timeMs: T0,
    transport: 'TCP',
    id: 'c1',
    role: 'server',
    local: { ip: '10.0.0.2', port: 80 },
    remote: { ip: '10.0.0.9', port: 40_000 },
    sent: false,
    offset: 0,
    length: bytes.length,
    localKey: 'shop/Deployment/web',
    remoteKey: '10.0.0.9',
    ...more,
    bytes,
  };
}

const request = sample({});
const answer = sample({ sent: true, timeMs: T0 + 12.345, bytes: text('HTTP/1.1 200 OK\r\n\r\n') });
const six = { local: { ip: '2001:db8::2', port: 80 }, remote: { ip: '2001:db8::9', port: 40_001 }, id: 'c6' };

function addressText(words: Int32Array): string {
  const bytes = new Uint8Array(16);
  words.forEach((word, n) => {
    new DataView(bytes.buffer).setInt32(n * 4, word);
  });
  return formatAddress(bytes, 0);
}

interface Read {
  readonly timeMs: number;
  readonly from: string;
  readonly to: string;
  readonly bytes: Uint8Array;
  readonly originalLength: number;
}

function read(file: Uint8Array): Read[] {
  const reader = new CaptureReader();
  const dissector = new Dissector();
  const packets: Read[] = [];
  reader.push(file);
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
    assert.ok(dissector.dissect(frame), 'each frame is an IP packet');
    const { packet } = dissector;
    packets.push({
      timeMs: frame.timeMs,
      from: `${addressText(packet.source)}:${packet.sourcePort}`,
      to: `${addressText(packet.target)}:${packet.targetPort}`,
      bytes: frame.bytes.slice(frame.start, frame.end),
      originalLength: frame.originalLength,
    });
  }
  assert.equal(reader.end(), undefined);
  return packets;
}

/** The ones' complement sum over the pseudo header and segment of a whole packet: 0xffff when its checksum is right. */
function checksums(bytes: Uint8Array): { ip: number; transport: number } {
  const isFour = (bytes[0]! & 0xf0) === 0x40;
  const at = isFour ? 20 : 40;
  const protocol = bytes[isFour ? 9 : 6]!;
  const addresses = isFour ? bytes.subarray(12, 20) : bytes.subarray(8, 40);
  const segment = bytes.subarray(at);
  const pseudo = new Uint8Array(addresses.length + 4);
  pseudo.set(addresses);
  new DataView(pseudo.buffer).setUint32(addresses.length, protocol + segment.length);
  return { ip: isFour ? fold(bytes.subarray(0, 20)) : 0xffff, transport: fold(pseudo, segment) };
}

function fold(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) for (const [n, byte] of part.entries()) sum += n % 2 === 0 ? byte * 256 : byte;
  while (sum > 0xffff) sum = (sum % 0x1_0000) + Math.floor(sum / 0x1_0000);
  return sum;
}

describe('a capture of payload samples', () => {
  it('is read back as a conversation with its handshake, ends, times and bytes', () => {
    const { file, packets, conversations, skipped } = evidencePcap([answer, request]);
    assert.deepEqual([packets, conversations, skipped], [5, 1, 0]);
    const seen = read(file);
    assert.deepEqual(
      seen.map(({ from }) => from),
      ['10.0.0.9:40000', '10.0.0.2:80', '10.0.0.9:40000', '10.0.0.9:40000', '10.0.0.2:80'],
    );
    assert.deepEqual(
      seen.map(({ bytes }) => bytes[33]),
      [0x02, 0x12, 0x10, 0x18, 0x18],
    );
    assert.deepEqual(seen[3]?.bytes.subarray(40), request.bytes);
    assert.deepEqual(seen[4]?.bytes.subarray(40), answer.bytes);
    assert.ok(Math.abs((seen[4]?.timeMs ?? 0) - answer.timeMs) < 0.001);
    const last = new DataView(seen[4]!.bytes.buffer, seen[4]!.bytes.byteOffset);
    assert.deepEqual([last.getUint32(24), last.getUint32(28)], [1, 1 + request.length]);
  });

  it('has right checksums, whatever the payload, for both families and both transports', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.boolean(),
        fc.boolean(),
        fc.nat(2 ** 31),
        (bytes, isSix, isUdp, offset) => {
          const { file } = evidencePcap([
            sample({ bytes, length: bytes.length, offset, transport: isUdp ? 'UDP' : 'TCP', ...(isSix ? six : {}) }),
          ]);
          for (const packet of read(file)) assert.deepEqual(checksums(packet.bytes), { ip: 0xffff, transport: 0xffff });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('what was sampled of a longer segment is a packet that was cut, and a gap stays one', () => {
    const cut = sample({ bytes: new Uint8Array(100), length: 1400, offset: 0 });
    const later = sample({ bytes: text('later'), offset: 5000, timeMs: T0 + 1 });
    const huge = sample({ bytes: new Uint8Array(100), length: 200_000, offset: 5005, timeMs: T0 + 2 });
    const [, , , first, second, third] = read(evidencePcap([cut, later, huge]).file);
    assert.deepEqual([first?.originalLength, first?.bytes.length], [1440, 140]);
    assert.equal(new DataView(second!.bytes.buffer).getUint32(24), 5001);
    assert.ok((third?.originalLength ?? 0) <= 65_535);
  });

  it('an end that is no address, or of another family, is skipped and counted', () => {
    const odd = sample({ id: 'x', remote: { ip: 'nobody', port: 1 } });
    const mixed = sample({ id: 'y', transport: 'UDP', remote: six.remote });
    const { packets, skipped } = evidencePcap([odd, mixed]);
    assert.deepEqual([packets, skipped], [0, 2]);
    assert.deepEqual(read(evidencePcap([]).file), []);
  });

  it('who spoke first is the client where nobody knows', () => {
    const [syn] = read(evidencePcap([{ ...answer, role: 'unknown' }]).file);
    assert.equal(syn?.from, '10.0.0.2:80');
  });

  it('secrets are looked for in the joined stream, and gaps are said', () => {
    const seen: [string, boolean][] = [];
    const mask = (stream: Uint8Array, { isMiddle }: { isMiddle: boolean }): Uint8Array => {
      const whole = new TextDecoder().decode(stream);
      seen.push([whole, isMiddle]);
      return text(whole.replace(/s3cret/g, 'xxxxxx'));
    };
    const one = sample({ bytes: text('Cookie: s3c') });
    const two = sample({ bytes: text('ret\r\n'), offset: 11, timeMs: T0 + 1 });
    const far = sample({ bytes: text('s3cret'), offset: 99, timeMs: T0 + 2 });
    const packets = read(evidencePcap([one, two, far], mask).file).map(({ bytes }) =>
      new TextDecoder().decode(bytes.subarray(40)),
    );
    assert.deepEqual(packets.slice(3), ['Cookie: xxx', 'xxx\r\n', 'xxxxxx']);
    assert.deepEqual(seen, [
      ['Cookie: s3cret\r\n', false],
      ['s3cret', true],
    ]);
  });

  it('a sample is kept with its own bytes and the names of its ends', () => {
    const bytes = text('abc');
    const local = {
      ip: '10.0.0.2',
      kind: 'pod',
      namespace: 'shop',
      workload: { kind: 'Deployment', name: 'web' },
    } as const;
    const seen = { ...request, kind: 'payload', cgroupId: 1, netns: 1, bytes, length: 3 } as const;
    const kept = evidenceOf(seen, { local, remote: null });
    bytes.fill(0);
    assert.deepEqual(kept, { ...request, bytes: text('abc'), length: 3 });
  });

  const hasTshark = spawnSync('tshark', ['--version']).status === 0;
  it('is followed by tshark: no bad checksum, the stream as text', {
    skip: !hasTshark && 'tshark is not installed',
  }, () => {
    const directory = mkdtempSync(join(tmpdir(), 'netguard-pcap-'));
    try {
      const path = join(directory, 'x.pcap');
      const dns = sample({ transport: 'UDP', ...six, id: 'd', bytes: new Uint8Array(12), timeMs: T0 + 20 });
      writeFileSync(path, evidencePcap([request, answer, dns, sample({ ...six })]).file);
      const checks = ['ip', 'tcp', 'udp'].flatMap((layer) => ['-o', `${layer}.check_checksum:TRUE`]);
      const run = (...args: string[]): string => {
        const { status, stdout, stderr } = spawnSync('tshark', ['-n', '-r', path, ...checks, ...args], {
          encoding: 'utf8',
        });
        assert.equal(status, 0, stderr);
        return stdout;
      };
      assert.equal(run('-Y', 'ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0'), '');
      assert.equal(run('-Y', 'tcp.analysis.flags && !tcp.analysis.window_update'), '');
      const stream = run('-q', '-z', 'follow,tcp,ascii,0');
      assert.match(stream, /GET \/ HTTP\/1\.1/);
      assert.match(stream, /HTTP\/1\.1 200 OK/);
      assert.match(run('-Y', 'http.request'), /GET \//);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
