import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConnectionObservation } from '../observation.ts';
import { ACK, FIN, ICMP, PSH, RST, SYN, TCP } from './packet.ts';
import { observeFrames, ofKind } from './testing/observe-frames.ts';
import { ethernet, icmp, ipv4, segmentSize, tcp } from './testing/packets.ts';
import type { WrittenFrame } from './testing/pcap-writer.ts';
import { type Ends, reversed, segment, Talk } from './testing/talk.ts';

const T0 = 1_700_000_000_000;
const ENDS: Ends = { client: '10.0.0.1', clientPort: 40_000, server: '10.0.0.2', serverPort: 8080 };

/** `client live 0:12/3 +delta…` would be long: role, phase and why, payload sent and received, packets, retransmissions. */
function line(one: ConnectionObservation): string {
  const { role, phase, closeReason, established, total } = one;
  const state = established ? '' : ' not established';
  const moved = `${total.sentBytes}/${total.receivedBytes} bytes ${total.sentPackets}/${total.receivedPackets} packets`;
  return `${role} ${closeReason ?? phase}${state}, ${moved}${total.retransmits > 0 ? `, ${total.retransmits} again` : ''}`;
}

function lines(frames: readonly WrittenFrame[], afterMs?: number): string[] {
  const options = afterMs === undefined ? {} : { afterMs };
  return ofKind(observeFrames(frames, options), 'connection').map(line);
}

function talk(): Talk {
  return new Talk(ENDS, T0);
}

describe('a TCP connection in a capture', () => {
  it('is told of by both of its ends, with exact payload', () => {
    const { frames } = talk().open().data(0, 100).data(1, 3000).ack(0).close();
    const seen = ofKind(observeFrames(frames), 'connection');
    assert.deepEqual(seen.map(line), [
      'client fin, 100/3000 bytes 6/6 packets',
      'server fin, 3000/100 bytes 6/6 packets',
    ]);
    const [client, server] = seen as [ConnectionObservation, ConnectionObservation];
    assert.deepEqual([client.local, client.remote], [server.remote, server.local]);
    assert.deepEqual(client.local, { ip: '10.0.0.1', port: 40_000 });
    assert.ok(client.isNew && server.isNew && !client.preexisting);
    assert.notEqual(client.netns, server.netns);
    assert.deepEqual([client.startMs, client.unackedBytes, client.srttUs, server.srttUs], [T0, 0, 1000, 1000]);
    assert.deepEqual(client.delta, client.total);
  });

  it('is told of each second while it moves, by differences', () => {
    const { frames } = talk().open().data(0, 10).wait(1500).data(1, 20).wait(5000).data(0, 30).close();
    const client = ofKind(observeFrames(frames), 'connection').filter(({ role }) => role === 'client');
    assert.deepEqual(
      client.map(({ timeMs, phase, isNew, delta }) => [
        timeMs - T0,
        phase,
        isNew,
        delta.sentBytes,
        delta.receivedBytes,
      ]),
      [
        [1000, 'live', true, 10, 0],
        [2000, 'live', false, 0, 20],
        [6509, 'closed', false, 30, 0],
      ],
    );
    assert.equal(new Set(client.map(({ id }) => id)).size, 1);
  });

  it('counts as many segments as offload united, and what was sent again once', () => {
    const { frames } = talk().open().data(0, 100).data(1, 14_600).ack(0).close();
    frames.splice(4, 0, frames[3]!);
    assert.deepEqual(lines(frames), [
      'client fin, 100/14600 bytes 7/13 packets, 1 again',
      'server fin, 14600/100 bytes 13/7 packets',
    ]);
  });

  it('ends by a reset: sent at one end, received at the other', () => {
    assert.deepEqual(lines(talk().open().data(0, 5).reset(1).frames), [
      'client reset-received, 5/0 bytes 3/2 packets',
      'server reset-sent, 0/5 bytes 2/3 packets',
    ]);
    assert.deepEqual(lines(talk().open().close().reset(0).frames).length, 2);
  });

  it('is not ended by a reset from nowhere near it', () => {
    const { frames } = talk().open().data(0, 5);
    const forged = segment(reversed(ENDS), T0 + 10, RST, { sequence: 0x50000000 });
    assert.deepEqual(lines([...frames, forged]), [
      'client live, 5/0 bytes 3/1 packets',
      'server live, 0/5 bytes 1/3 packets',
    ]);
  });

  it('that is refused failed at the client, at once', () => {
    const { frames } = talk().syn();
    const refusal = segment(reversed(ENDS), T0 + 1, RST | ACK, { acknowledgement: 1001 });
    const seen = ofKind(observeFrames([...frames, refusal]), 'connection');
    assert.deepEqual(seen.map(line), ['client refused not established, 0/0 bytes 1/1 packets']);
    assert.equal(seen[0]?.timeMs, T0 + 1);
  });

  it('that is not answered has failed after a second, and is given up later', () => {
    const seen = ofKind(observeFrames(talk().syn().frames, { afterMs: 70_000 }), 'connection');
    assert.deepEqual(seen.map(line), [
      'client live not established, 0/0 bytes 1/0 packets',
      'client gave-up not established, 0/0 bytes 1/0 packets',
    ]);
    assert.equal(seen[0]?.timeMs, T0 + 1000);
    assert.ok(seen[1]!.timeMs >= T0 + 65_000);
  });

  it('that is asked for again and again ends in a timeout', () => {
    const attempt = talk();
    const waits = [1000, 2000, 4000, 8000, 16_000, 32_000];
    const frames = [...attempt.syn().frames];
    let timeMs = T0;
    for (const wait of waits) {
      timeMs += wait;
      frames.push({ timeMs, bytes: frames[0]!.bytes });
    }
    const seen = lines(frames, 70_000);
    assert.equal(seen.at(-1), 'client timeout not established, 0/0 bytes 7/0 packets, 6 again');
    assert.equal(seen[1], 'client live not established, 0/0 bytes 2/0 packets, 1 again');
  });

  it('that a router cannot deliver is unreachable', () => {
    const { frames } = talk().syn();
    for (const [code, reason] of [
      [1, 'unreachable'],
      [13, 'unreachable'],
      [3, 'refused'],
    ] as const) {
      const error = ipv4('10.0.0.254', ENDS.client, icmp(3, code, frames[0]!.bytes.subarray(14, 42)), {
        protocol: ICMP,
      });
      assert.deepEqual(lines([...frames, { timeMs: T0 + 5, bytes: ethernet(error) }]), [
        `client ${reason} not established, 0/0 bytes 1/0 packets`,
      ]);
    }
  });

  it('half opened by a raw sender is given up, and its SYN-ACK found no socket', () => {
    const { frames } = talk().syn().synAck().reset(0, RST);
    const observed = observeFrames(frames);
    assert.deepEqual(ofKind(observed, 'connection').map(line), [
      'client gave-up not established, 0/0 bytes 2/1 packets',
    ]);
    const [probe, ...others] = ofKind(observed, 'probe');
    assert.deepEqual(
      [probe?.sourceIp, probe?.targetIp, probe?.lastPort, probe?.shapes.synAck],
      ['10.0.0.2', '10.0.0.1', 40_000, 1],
    );
    assert.equal(others.length, 0);
  });

  it('that a SYN made by hand only tries has no socket at the client, and is told of by its target alone', () => {
    const segments = [
      { window: 1024, options: segmentSize(1460) },
      { window: 512 },
      { window: 1024, options: Uint8Array.of(...segmentSize(1460), 4, 2, 1, 1) },
      { window: 64_240, options: segmentSize(1460) },
    ].map((shape, index) => ({ ...shape, sourcePort: 40_000 + index, targetPort: 81, flags: SYN }));
    const frames = segments.map((one) => ({
      timeMs: T0,
      bytes: ethernet(ipv4(ENDS.client, ENDS.server, tcp(one), { protocol: TCP })),
    }));
    const observed = observeFrames(frames, { afterMs: 2000 });
    const clients = ofKind(observed, 'connection').map(({ local }) => local.port);
    assert.deepEqual([...new Set(clients)], [40_002, 40_003]);
    const syns = ofKind(observed, 'probe').reduce((sum, { shapes }) => sum + shapes.syn, 0);
    assert.equal(syns, 4);
  });

  it('from the middle is told of as preexisting, its client guessed by the ports', () => {
    const { frames } = talk().open().data(0, 100).data(1, 200).ack(0).data(0, 7);
    const middle = ofKind(observeFrames(frames.slice(4)), 'connection');
    assert.deepEqual(middle.map(line), [
      'client live, 7/200 bytes 2/1 packets',
      'server live, 200/7 bytes 1/2 packets',
    ]);
    assert.ok(middle.every(({ preexisting }) => preexisting));
    assert.equal(middle[0]?.local.port, 40_000);
    const bare = [
      segment(ENDS, T0, ACK, { sequence: 5, acknowledgement: 9 }),
      segment(reversed(ENDS), T0 + 1, ACK, { sequence: 9, acknowledgement: 5 }),
    ];
    const observed = observeFrames(bare);
    assert.equal(ofKind(observed, 'connection').length, 2);
    assert.equal(ofKind(observed, 'probe').length, 0);
  });

  it('of which the capture shows one direction is a connection all the same', () => {
    const { frames } = talk().open().data(0, 100).data(1, 200).ack(0).data(0, 50).close();
    const toServer = frames.filter(({ bytes }) => bytes[14 + 15] === 1);
    const observed = observeFrames(toServer);
    assert.deepEqual(ofKind(observed, 'connection').map(line), [
      'client live, 150/0 bytes 7/0 packets',
      'server live, 0/150 bytes 0/7 packets',
    ]);
    assert.equal(ofKind(observed, 'probe').length, 0);
    const toClient = frames.filter(({ bytes }) => bytes[14 + 15] === 2);
    const back = observeFrames(toClient);
    assert.equal(ofKind(back, 'connection').find(({ role }) => role === 'server')?.total.sentBytes, 200);
    assert.equal(ofKind(back, 'probe').length, 0);
  });

  it('on ports that are used again is a new one', () => {
    const first = talk().open().close();
    const second = new Talk(ENDS, T0 + 500, 1, [90_000, 70_000]).open().data(0, 3).close();
    const ids = ofKind(observeFrames([...first.frames, ...second.frames]), 'connection').map(({ id }) => id);
    assert.equal(new Set(ids).size, 4);
  });

  it('half closed for a minute is over', () => {
    const seen = lines(talk().open().data(0, 10).fin(0).ack(1).frames, 65_000);
    assert.deepEqual(seen.slice(-2), ['client fin, 10/0 bytes 4/2 packets', 'server timeout, 0/10 bytes 2/4 packets']);
  });

  it('carries data in its SYN (TCP Fast Open)', () => {
    const at = (timeMs: number, from: 0 | 1, more: Parameters<typeof tcp>[0]): WrittenFrame => {
      const [source, target] = from === 0 ? [ENDS.client, ENDS.server] : [ENDS.server, ENDS.client];
      return { timeMs, bytes: ethernet(ipv4(source, target, tcp(more), { protocol: TCP })) };
    };
    const up = { sourcePort: 40_000, targetPort: 8080 };
    const down = { sourcePort: 8080, targetPort: 40_000 };
    const frames = [
      at(T0, 0, { ...up, flags: SYN, sequence: 0, payload: 20 }),
      at(T0 + 1, 1, { ...down, flags: SYN | ACK, sequence: 50, acknowledgement: 21 }),
      at(T0 + 2, 0, { ...up, flags: ACK, sequence: 21, acknowledgement: 51 }),
      at(T0 + 3, 1, { ...down, flags: ACK | PSH, sequence: 51, acknowledgement: 21, payload: 9 }),
    ];
    assert.deepEqual(lines(frames)[0], 'client live, 20/9 bytes 2/2 packets');
  });

  it('takes a keep-alive for no retransmission', () => {
    const { frames } = talk().open().data(0, 10).ack(1);
    const alive = segment(ENDS, T0 + 100, ACK, { sequence: 1010, acknowledgement: 5001, payload: 1 });
    assert.equal(lines([...frames, alive])[0], 'client live, 10/0 bytes 4/2 packets');
  });

  it('is not disturbed by flags that no segment of it has', () => {
    const { frames } = talk().open().data(0, 10);
    const odd = [FIN | PSH, 0, SYN | FIN].map((flags, index) =>
      segment({ ...ENDS, clientPort: 50_000 + index }, T0 + 50, flags),
    );
    assert.equal(ofKind(observeFrames([...frames, ...odd]), 'connection').length, 2);
  });
});
