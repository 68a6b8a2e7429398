import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Observation } from '../observation.ts';
import { observeCapture, observeFrames, ofKind } from './testing/observe-frames.ts';
import { pcap, type WrittenFrame } from './testing/pcap-writer.ts';
import { Talk } from './testing/talk.ts';

const T0 = 1_700_000_000_000;

/** What the two ends say to each other, in pieces. */
interface Script {
  readonly port: number;
  readonly startMs: number;
  readonly turns: readonly (readonly [from: 0 | 1, bytes: number])[];
  readonly closing: 'fin' | 'reset' | 'none';
}

const script: fc.Arbitrary<Script> = fc.record({
  port: fc.integer({ min: 1024, max: 60_000 }),
  startMs: fc.integer({ min: 0, max: 3000 }),
  turns: fc.array(fc.tuple(fc.constantFrom<0 | 1>(0, 1), fc.integer({ min: 1, max: 4000 })), { maxLength: 12 }),
  closing: fc.constantFrom('fin', 'reset', 'none'),
});

const scripts = fc.uniqueArray(script, { minLength: 1, maxLength: 6, selector: ({ port }) => port });

/** Plays a script in segments of at most `mss` bytes, all at the time of the first of a turn. */
function play({ port, startMs, turns, closing }: Script, mss: number): WrittenFrame[] {
  const ends = { client: '10.0.0.1', clientPort: port, server: '10.0.0.2', serverPort: 443 };
  const talk = new Talk(ends, T0 + startMs, 0).open();
  for (const [from, bytes] of turns) {
    talk.wait(150);
    for (let left = bytes; left > 0; left -= mss) talk.data(from, Math.min(left, mss));
    talk.ack(from === 0 ? 1 : 0);
  }
  talk.wait(1);
  if (closing === 'fin') talk.close();
  if (closing === 'reset') talk.reset(0);
  return talk.frames;
}

function inOrder(frames: WrittenFrame[]): WrittenFrame[] {
  return frames.sort((a, b) => a.timeMs - b.timeMs);
}

function totals(scripts: readonly Script[]): string[] {
  return scripts
    .map(({ port, turns }) => {
      const sum = (end: 0 | 1): number =>
        turns.filter(([from]) => from === end).reduce((total, [, bytes]) => total + bytes, 0);
      return `${port}: ${sum(0)} up, ${sum(1)} down`;
    })
    .sort();
}

/** The last word of each connection, from its client and from its server. */
function seenTotals(observations: readonly Observation[], role: 'client' | 'server'): string[] {
  const last = new Map<number, string>();
  for (const one of observations) {
    if (one.kind !== 'connection' || one.role !== role) continue;
    const isClient = role === 'client';
    const port = isClient ? one.local.port : one.remote.port;
    const [up, down] = isClient
      ? [one.total.sentBytes, one.total.receivedBytes]
      : [one.total.receivedBytes, one.total.sentBytes];
    last.set(port, `${port}: ${up} up, ${down} down`);
  }
  return [...last.values()].sort();
}

describe('the trackers', () => {
  it('say the same of a capture whatever chunks it comes in', () => {
    fc.assert(
      fc.property(scripts, fc.integer({ min: 1, max: 3000 }), (all, chunk) => {
        const file = pcap(inOrder(all.flatMap((one) => play(one, 1460))));
        assert.deepEqual(observeCapture(file, { chunk }).observations, observeCapture(file).observations);
      }),
      { numRuns: 40 },
    );
  });

  it('say the same of connections however their bytes are cut into segments, but for the segments', () => {
    fc.assert(
      fc.property(scripts, fc.integer({ min: 100, max: 1460 }), (all, mss) => {
        const bare = (frames: WrittenFrame[]) =>
          ofKind(observeFrames(inOrder(frames)), 'connection').map(
            ({ id, timeMs, phase, role, closeReason, delta, total, local }) => ({
              id,
              timeMs,
              phase,
              role,
              closeReason,
              local,
              moved: [delta.sentBytes, delta.receivedBytes, total.sentBytes, total.receivedBytes],
            }),
          );
        assert.deepEqual(bare(all.flatMap((one) => play(one, mss))), bare(all.flatMap((one) => play(one, 1460))));
      }),
      { numRuns: 40 },
    );
  });

  it('count payload exactly, at both ends, when segments are doubled, late and out of order', () => {
    fc.assert(
      fc.property(
        scripts,
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.array(fc.nat(), { maxLength: 30 }),
        (all, doubled, swapped) => {
          const frames = inOrder(all.flatMap((one) => play({ ...one, closing: 'none' }, 700)));
          const payloads = frames
            .map((frame, index) => ({ frame, index }))
            .filter(({ frame }) => frame.bytes.length > 54);
          const disturbed = [...frames];
          for (const nth of swapped) {
            const index = payloads[nth % Math.max(1, payloads.length)]?.index;
            if (index === undefined || index + 1 >= frames.length) continue;
            const [one, next] = [disturbed[index]!, disturbed[index + 1]!];
            // A SYN that comes after its own data is another story: the beginning is not in the capture.
            if (next.bytes[14 + 20 + 13]! & 2 || one.bytes[14 + 20 + 13]! & 2) continue;
            disturbed[index] = { ...next, timeMs: one.timeMs };
            disturbed[index + 1] = { ...one, timeMs: next.timeMs };
          }
          for (const nth of doubled) {
            const again = payloads[nth % Math.max(1, payloads.length)];
            if (again !== undefined) disturbed.push({ ...again.frame, timeMs: frames.at(-1)!.timeMs + 1 });
          }
          const { observations } = observeFrames(inOrder(disturbed));
          assert.deepEqual(seenTotals(observations, 'client'), totals(all));
          assert.deepEqual(seenTotals(observations, 'server'), totals(all));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('give differences that add up to the totals, and times that never go back', () => {
    fc.assert(
      fc.property(scripts, fc.array(fc.integer({ min: -5000, max: 5000 }), { maxLength: 10 }), (all, jitter) => {
        const frames = inOrder(all.flatMap((one) => play(one, 1460)));
        const shaken = frames.map((frame, index) => ({
          ...frame,
          timeMs: frame.timeMs + (jitter[index % Math.max(1, jitter.length)] ?? 0),
        }));
        const { observations } = observeFrames(shaken);
        const sums = new Map<string, number>();
        let beforeMs = 0;
        for (const one of observations) {
          assert.ok(one.timeMs >= beforeMs, `${one.kind} at ${one.timeMs} after ${beforeMs}`);
          beforeMs = one.timeMs;
          if (one.kind !== 'connection') continue;
          const sum = (sums.get(one.id) ?? 0) + one.delta.sentBytes + one.delta.receivedBytes + one.delta.sentPackets;
          sums.set(one.id, sum);
          assert.equal(sum, one.total.sentBytes + one.total.receivedBytes + one.total.sentPackets);
          assert.ok(Object.values(one.delta).every((moved) => moved >= 0));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('go on with a clock that was set back, and pass over a gap of years at once', () => {
    const one = { port: 5000, startMs: 0, turns: [[0, 10]], closing: 'none' } as const;
    const before = play(one, 1460);
    const after = play({ ...one, port: 5001 }, 1460).map((frame) => ({ ...frame, timeMs: frame.timeMs - 3_600_000 }));
    const later = play({ ...one, port: 5002 }, 1460).map((frame) => ({
      ...frame,
      timeMs: frame.timeMs + 50 * 365 * 86_400_000,
    }));
    const began = performance.now();
    const observed = observeFrames([...before, ...after, ...later]);
    assert.ok(performance.now() - began < 2000);
    assert.equal(observed.tracker.disorder.setBack, 1);
    assert.deepEqual(seenTotals(observed.observations, 'client'), [
      '5000: 10 up, 0 down',
      '5001: 10 up, 0 down',
      '5002: 10 up, 0 down',
    ]);
  });
});
