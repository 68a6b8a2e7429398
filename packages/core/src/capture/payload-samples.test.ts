import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACK, SYN, TCP, UDP } from './packet.ts';
import type { PayloadSampling } from './payload-sampling.ts';
import { observeFrames, ofKind } from './testing/observe-frames.ts';
import { ethernet, ipv4, ipv6, tcp, udp } from './testing/packets.ts';
import type { WrittenFrame } from './testing/pcap-writer.ts';
import { type Ends, Talk } from './testing/talk.ts';

const T0 = 1_700_000_000_000;
const ENDS: Ends = { client: '10.0.0.1', clientPort: 40_000, server: '10.0.0.2', serverPort: 8080 };
const SAMPLING: PayloadSampling = { dnsPorts: [53, 5353], excludePorts: [443] };

function bytesOf(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 255);
}

function samples(frames: readonly WrittenFrame[], sampling: PayloadSampling | undefined = SAMPLING) {
  return ofKind(observeFrames(frames, { payload: sampling! }), 'payload');
}

/** `> 0+100`: the client's, offset and length; with what was sampled where that is less. */
function lines(frames: readonly WrittenFrame[], sampling?: PayloadSampling): string[] {
  return samples(frames, sampling).map(
    ({ sent, offset, length, bytes }) =>
      `${sent ? '>' : '<'} ${offset}+${length}${bytes.length < length ? ` cut ${bytes.length}` : ''}`,
  );
}

function talk(ends: Partial<Ends> = {}): Talk {
  return new Talk({ ...ENDS, ...ends }, T0).open();
}

function swapped(frames: readonly WrittenFrame[], a: number, b: number): WrittenFrame[] {
  const order = frames.map(({ bytes }) => bytes);
  [order[a], order[b]] = [order[b]!, order[a]!];
  return frames.map((frame, i) => ({ ...frame, bytes: order[i]! }));
}

describe('the payload of TCP connections in a capture', () => {
  it('is told of the first two segments each way, by the client alone, with the id of its connection', () => {
    const [asked, answered] = [bytesOf(100, 1), bytesOf(1200, 2)];
    const { frames } = talk().data(0, asked).data(1, answered).data(0, 5).data(1, 6).data(0, 7).data(1, 8).close();
    const observed = observeFrames(frames, { payload: SAMPLING });
    const seen = ofKind(observed, 'payload');
    assert.deepEqual(lines(frames), ['> 0+100', '< 0+1200', '> 100+5', '< 1200+6']);
    assert.deepEqual([seen[0]!.bytes, seen[1]!.bytes], [asked, answered]);
    const client = ofKind(observed, 'connection').find(({ role }) => role === 'client')!;
    for (const { id, role, cgroupId, netns, local, remote, transport } of seen) {
      assert.deepEqual([id, role, transport], [client.id, 'client', 'TCP']);
      assert.deepEqual([cgroupId, netns, local, remote], [client.cgroupId, client.netns, client.local, client.remote]);
    }
    assert.equal(seen[0]!.timeMs, T0 + 3);
  });

  it('is the client’s view also when the server speaks first', () => {
    assert.deepEqual(lines(talk().data(1, 20).data(0, 10).frames), ['< 0+20', '> 0+10']);
  });

  it('is told once when it is sent again, whole or in part', () => {
    const { frames } = talk().data(0, 100).data(0, 50).data(0, 50);
    assert.deepEqual(lines([...frames.slice(0, 4), frames[3]!, ...frames.slice(4)]), ['> 0+100', '> 100+50']);
    const once = talk().data(0, 100).frames;
    const larger = segmentAt(ENDS, T0 + 10, 1001, bytesOf(160, 0));
    assert.deepEqual(lines([...once, larger]), ['> 0+100', '> 100+60']);
    assert.deepEqual(samples([...once, larger])[1]!.bytes, bytesOf(160, 0).subarray(100));
  });

  it('is put in order', () => {
    const { frames } = talk().data(0, 100).data(0, 50).data(0, 70).ack(1);
    assert.deepEqual(lines(swapped(frames, 3, 4)), ['> 0+100', '> 100+50']);
    assert.deepEqual(lines(swapped(frames, 3, 5)), ['> 0+100', '> 100+50']);
  });

  it('does not wait for what the capture lost: the offset shows the gap', () => {
    const { frames } = talk().data(0, 100).data(0, 50).data(0, 70);
    const without = frames.filter((_, i) => i !== 3);
    const answered = [...without, segmentAt(reversedEnds, T0 + 20, 5001, bytesOf(9, 1), 1221)];
    assert.deepEqual(lines(answered), ['> 100+50', '> 150+70', '< 0+9'], 'acknowledged');
    const closed = talk().data(0, 100).data(0, 50).reset(1).frames;
    assert.deepEqual(lines(closed.filter((_, i) => i !== 3)), ['> 100+50'], 'over');
  });

  it('has the segments of which a frame was united, and 1,500 bytes of one that is larger', () => {
    const large = bytesOf(14_600, 3);
    const seen = samples(talk().data(1, large).frames);
    assert.deepEqual(
      seen.map(({ offset, length }) => [offset, length]),
      [
        [0, 1460],
        [1460, 1460],
      ],
    );
    assert.deepEqual(seen[1]!.bytes, large.subarray(1460, 2920));
  });

  it('is what the capture has of it', () => {
    const { frames } = talk().data(0, bytesOf(100, 1)).data(0, 50);
    const cut = frames.map((frame) => ({
      ...frame,
      bytes: frame.bytes.subarray(0, 64),
      originalLength: frame.bytes.length,
    }));
    assert.deepEqual(lines(cut), ['> 0+100 cut 10', '> 100+50 cut 10']);
    const headers = frames.map((frame) => ({ ...frame, bytes: frame.bytes.subarray(0, 54), originalLength: 154 }));
    assert.deepEqual(lines(headers), []);
  });

  it('is told of a SYN’s when its connection is established, once, and not of a flood’s', () => {
    const syn = segmentAt(ENDS, T0, 1000, bytesOf(30, 1), 0, SYN);
    const synAck = segmentAt(reversedEnds, T0 + 1, 5000, new Uint8Array(0), 1001, SYN | ACK);
    const again = segmentAt(ENDS, T0 + 2, 1001, bytesOf(30, 1), 5001);
    assert.deepEqual(lines([syn, synAck, again]), ['> 0+30']);
    const flood = Array.from({ length: 5000 }, (_, i) =>
      segmentAt({ ...ENDS, clientPort: 1024 + i }, T0 + i / 100, 1000, bytesOf(30, 1), 0, SYN),
    );
    assert.deepEqual(lines(flood), []);
    assert.deepEqual(lines([...flood, ...talk().data(0, 9).data(0, 8).frames]), ['> 0+9', '> 9+8']);
  });

  it('is not told of a connection whose beginning the capture does not have, nor of excluded ports', () => {
    assert.deepEqual(lines(talk().data(0, 10).data(1, 10).frames.slice(3)), []);
    assert.deepEqual(lines(talk({ serverPort: 443 }).data(0, 10).frames), []);
    assert.deepEqual(ofKind(observeFrames(talk().data(0, 10).frames), 'payload'), [], 'nobody asked');
  });

  it('is told of every DNS message', () => {
    const dns = talk({ serverPort: 53 });
    for (let i = 0; i < 10; i++) dns.data(0, 40).data(1, 90);
    assert.equal(lines(dns.frames).length, 20);
  });
});

describe('the payload of datagrams in a capture', () => {
  const at = (ms: number, from: string, to: string, payload: Uint8Array): WrittenFrame => ({
    timeMs: T0 + ms,
    bytes: ethernet((from.includes(':') ? ipv6 : ipv4)(from, to, payload, { protocol: UDP })),
  });

  it('is told of the first two each way, by who began, with the id of the conversation', () => {
    const frames = [0, 10, 20].flatMap((ms) => [
      at(ms, 'fd00::1', 'fd00::2', udp(4000, 7000, bytesOf(30 + ms, 1))),
      at(ms + 1, 'fd00::2', 'fd00::1', udp(7000, 4000, bytesOf(90 + ms, 2))),
    ]);
    assert.deepEqual(lines(frames), ['> 0+30', '< 0+90', '> 0+40', '< 0+100']);
    const observed = observeFrames(frames, { payload: SAMPLING });
    const { id, cgroupId, local, remote } = ofKind(observed, 'datagrams').find(({ role }) => role === 'client')!;
    for (const seen of ofKind(observed, 'payload')) {
      assert.deepEqual([seen.id, seen.cgroupId, seen.local, seen.remote], [id, cgroupId, local, remote]);
      assert.deepEqual([seen.role, seen.transport], ['client', 'UDP']);
    }
  });

  it('is told of every DNS message, of none to excluded ports, and as far as it was captured', () => {
    const ask = (port: number) =>
      Array.from({ length: 9 }, (_, ms) => at(ms, '10.0.0.1', '10.0.0.53', udp(4000, port, 40)));
    assert.equal(lines(ask(53)).length, 9);
    assert.equal(lines(ask(5353)).length, 9);
    assert.equal(lines(ask(443)).length, 0);
    const cut = ask(9).map((frame) => ({ ...frame, bytes: frame.bytes.subarray(0, 52), originalLength: 82 }));
    assert.deepEqual(lines(cut), ['> 0+40 cut 10', '> 0+40 cut 10']);
  });

  it('is that of the first fragment', () => {
    const whole = udp(4000, 9, bytesOf(2000, 5));
    const fragment = (ms: number, from: number, to: number): WrittenFrame => ({
      timeMs: T0 + ms,
      bytes: ethernet(
        ipv4('10.0.0.1', '10.0.0.2', whole.subarray(from, to), {
          protocol: UDP,
          identification: 7,
          fragmentOffset: from,
          moreFragments: to < whole.length,
        }),
      ),
    });
    const seen = samples([fragment(0, 0, 1480), fragment(1, 1480, whole.length)]);
    assert.deepEqual(
      seen.map(({ bytes }) => bytes),
      [bytesOf(2000, 5).subarray(0, 1472)],
    );
  });
});

const reversedEnds: Ends = {
  client: ENDS.server,
  clientPort: ENDS.serverPort,
  server: ENDS.client,
  serverPort: ENDS.clientPort,
};

function segmentAt(
  { client, clientPort, server, serverPort }: Ends,
  timeMs: number,
  sequence: number,
  payload: Uint8Array,
  acknowledgement = 5001,
  flags: number = ACK,
): WrittenFrame {
  const bytes = tcp({ sourcePort: clientPort, targetPort: serverPort, flags, sequence, acknowledgement, payload });
  return { timeMs, bytes: ethernet(ipv4(client, server, bytes, { protocol: TCP })) };
}
