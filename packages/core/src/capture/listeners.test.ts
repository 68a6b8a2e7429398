import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RST, SYN } from './packet.ts';
import { observeFrames, ofKind } from './testing/observe-frames.ts';
import type { WrittenFrame } from './testing/pcap-writer.ts';
import { type Ends, reversed, segment, Talk } from './testing/talk.ts';

const T0 = 1_700_000_000_000;
const SERVER = '10.0.0.2';

function from(client: string, clientPort: number): Ends {
  return { client, clientPort, server: SERVER, serverPort: 443 };
}

function spoofed(index: number): string {
  return `198.51.${index >> 8}.${index & 255}`;
}

/** SYNs from invented sources, `perSecond` of them. */
function flood(syns: number, perSecond: number): WrittenFrame[] {
  return Array.from({ length: syns }, (_, index) =>
    segment(from(spoofed(index), 1024 + index), T0 + (index * 1000) / perSecond, SYN, { sequence: index }),
  );
}

describe('a port that takes connections', () => {
  it('is told of each second that it moved, with SYNs, completions and half-open requests', () => {
    const served = new Talk(from('10.0.0.1', 5000), T0).open().close();
    const waiting = new Talk(from('10.0.0.3', 5001), T0 + 20).syn().synAck();
    const observed = observeFrames([...served.frames, ...waiting.frames], { afterMs: 70_000 });
    const [first, last] = ofKind(observed, 'listener');
    assert.deepEqual(first?.local, { ip: SERVER, port: 443 });
    assert.deepEqual(
      [first?.trigger, first?.syns, first?.completed, first?.acks, first?.halfOpen],
      ['tick', 2, 1, 1, 1],
    );
    assert.deepEqual(first?.sampleSources, ['10.0.0.1', '10.0.0.3']);
    assert.equal(last?.halfOpen, 0);
    assert.ok(last!.timeMs - T0 >= 64_000);
  });

  it('tells a SYN that is sent again from a first one', () => {
    const { frames } = new Talk(from('10.0.0.1', 5000), T0).syn();
    const again = { timeMs: T0 + 900, bytes: frames[0]!.bytes };
    const answer = segment(reversed(from('10.0.0.1', 5000)), T0 + 901, SYN | 16, {
      sequence: 9,
      acknowledgement: 1001,
    });
    const [listener] = ofKind(observeFrames([...frames, again, answer]), 'listener');
    assert.deepEqual([listener?.syns, listener?.synRetransmits], [1, 1]);
  });

  it('raises an observation at the limit of a window, and when it has doubled, though nothing answers', () => {
    const observed = observeFrames(flood(450, 1000));
    const raised = ofKind(observed, 'listener').filter(({ trigger }) => trigger === 'threshold');
    assert.deepEqual(
      raised.map(({ windowSyns, timeMs }) => [windowSyns, timeMs - T0]),
      [
        [200, 199],
        [400, 399],
      ],
    );
    const distinct = raised[1]!.distinctSources;
    assert.ok(Math.abs(distinct - 400) < 160, `${distinct} distinct sources`);
    assert.equal(raised[1]!.sampleSources.length, 8);
    assert.equal(raised[1]!.sampleSources.at(-1), spoofed(399));
  });

  it('counts a window anew each second', () => {
    const raised = ofKind(observeFrames(flood(1000, 190)), 'listener').filter(({ trigger }) => trigger === 'threshold');
    assert.deepEqual(raised, []);
  });

  it('is none when it refuses, or when a scan asked it once', () => {
    const asked = Array.from({ length: 50 }, (_, port) => ({ ...from('10.9.9.9', 6000), serverPort: port + 1 }));
    const silent = asked.map((ends) => segment(ends, T0, SYN));
    assert.equal(ofKind(observeFrames(silent), 'listener').length, 0);
    const refused = flood(300, 1000).flatMap((frame, index) => [
      frame,
      segment(reversed(from(spoofed(index), 1024 + index)), frame.timeMs, RST | 16, { acknowledgement: index + 1 }),
    ]);
    assert.equal(ofKind(observeFrames(refused), 'listener').length, 0);
  });

  it('names a source over its limit whose handshakes do not complete, after their grace', () => {
    const one = (complete: boolean): WrittenFrame[] =>
      Array.from({ length: 400 }, (_, index) => {
        const talk = new Talk(from('203.0.113.5', 10_000 + index), T0 + index * 2, 0.1);
        return complete ? talk.open().frames : talk.syn().frames;
      }).flat();
    const [source, ...more] = ofKind(observeFrames(one(false)), 'syn-source');
    assert.equal(more.length, 0);
    assert.deepEqual(
      [source?.sourceIp, source?.local, source?.syns, source?.completed, source?.windowMs],
      ['203.0.113.5', { ip: SERVER, port: 443 }, 160, 0, 1000],
    );
    assert.ok(source!.timeMs >= T0 + 318 + 150 && source!.timeMs < T0 + 500, `${source!.timeMs - T0} ms`);
    assert.deepEqual(ofKind(observeFrames(one(true)), 'syn-source'), []);
  });

  it('can be read afresh when a judgement falls due', () => {
    const observed = observeFrames(flood(250, 1000), { afterMs: 0 });
    const before = ofKind(observed, 'listener').length;
    observed.tracker.readListener(SERVER, 443);
    observed.tracker.readListener(SERVER, 80);
    observed.tracker.readListener('not an address', 443);
    const readings = ofKind(observed, 'listener');
    assert.equal(readings.length, before + 1);
    assert.deepEqual([readings.at(-1)?.trigger, readings.at(-1)?.syns], ['tick', 250]);
  });
});
