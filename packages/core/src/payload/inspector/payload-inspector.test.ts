import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApplicationObservation, PayloadObservation, SignatureObservation } from '../../observation.ts';
import type { Inspection } from '../../rules/inspection.ts';
import type { HttpRequest } from '../facts.ts';
import type { Beginning } from '../identify.ts';
import { PayloadInspector } from './payload-inspector.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** Knows one protocol of lines that end with `;`. */
function lines({ bytes, isLast }: Beginning): HttpRequest[] | undefined {
  const said = text(bytes);
  const isComplete = said.includes(';');
  if (!said.startsWith('SAY')) return isLast ? [] : undefined;
  if (!isComplete && !isLast) return undefined;
  const target = said.slice(3).split(';', 1)[0] ?? '';
  const body = bytes.subarray(said.indexOf(';') + 1);
  return [
    {
      protocol: 'http',
      message: 'request',
      method: 'SAY',
      target,
      version: '',
      headers: [],
      head: bytes,
      body,
      isComplete,
    },
  ];
}

function sample(said: string, over: Partial<PayloadObservation> = {}): PayloadObservation {
  const bytes = Buffer.from(said, 'latin1');
  return {
    kind: 'payload',
    timeMs: 1000,
    transport: 'TCP',
    id: 'a',
    role: 'client',
    cgroupId: 7,
    netns: 8,
    local: { ip: '10.0.0.1', port: 40_000 },
    remote: { ip: '10.0.0.2', port: 80 },
    sent: true,
    offset: 0,
    length: bytes.length,
    bytes,
    ...over,
  };
}

function inspector() {
  const told: (ApplicationObservation | SignatureObservation)[] = [];
  const looks: Inspection[] = [];
  const inspected = new PayloadInspector({ identify: lines, observe: (observation) => told.push(observation) });
  inspected.rules = {
    inspect: (look) => {
      looks.push({ ...look, stream: look.stream.slice(), payload: look.payload.slice() });
      return [];
    },
  };
  const targets = () => told.map((each) => each.kind === 'application' && 'target' in each.facts && each.facts.target);
  return { inspected, told, looks, targets };
}

describe('the payload inspector', () => {
  it('tells a message that came whole at once, with both ends', () => {
    const { inspected, told } = inspector();
    inspected.sample(sample('SAY/x;'));
    assert.equal(told.length, 1);
    const [first] = told;
    assert.ok(first?.kind === 'application' && first.facts.message === 'request' && first.facts.protocol === 'http');
    assert.equal(first.facts.target, '/x');
    assert.deepEqual([first.cgroupId, first.local.port, first.remote.port, first.sent], [7, 40_000, 80, true]);
    assert.equal('bytes' in first, false);
  });

  it('joins a message of two segments, and tells it once', () => {
    const { inspected, targets } = inspector();
    const first = sample('SAY/a');
    inspected.sample(first);
    first.bytes.fill(0);
    assert.deepEqual(targets(), []);
    inspected.sample(sample('bc;', { offset: 5 }));
    assert.deepEqual(targets(), ['/abc']);
    inspected.advance(60_000);
    assert.deepEqual(targets(), ['/abc']);
  });

  it('tells a cut message as it is when nothing follows', () => {
    const { inspected, targets, looks } = inspector();
    inspected.sample(sample('SAY/a'));
    inspected.advance(1399);
    assert.deepEqual(targets(), []);
    inspected.advance(1400);
    assert.deepEqual(targets(), ['/a']);
    assert.equal(looks.at(-1)?.facts.length, 1);
    assert.equal(looks.at(-1)?.payload.length, 0);
  });

  it('tells a second message that begins with a segment of its own', () => {
    const { inspected, targets } = inspector();
    inspected.sample(sample('SAY/a;'));
    inspected.sample(sample('SAY/b;', { offset: 6, timeMs: 1100 }));
    inspected.sample(sample('SAY/c;', { offset: 900, timeMs: 30_000 }));
    assert.deepEqual(targets(), ['/a', '/b', '/c']);
  });

  it('does not join across a gap', () => {
    const { inspected, targets, looks } = inspector();
    inspected.sample(sample('SAY/a', { length: 500 }));
    inspected.sample(sample('bc;', { offset: 500 }));
    assert.deepEqual(targets(), ['/a']);
    assert.equal(text(looks[1]?.stream ?? Buffer.alloc(0)), 'bc;');
  });

  it('keeps the directions apart and knows who is the server', () => {
    const { inspected, targets, looks } = inspector();
    inspected.sample(sample('SAY/a'));
    inspected.sample(sample('SAY/b;', { sent: false }));
    inspected.sample(sample('1;', { offset: 5 }));
    assert.deepEqual(targets(), ['/b', '/a1']);
    assert.deepEqual(
      looks.map(({ toServer, source }) => [toServer, source.port]),
      [
        [true, 40_000],
        [false, 80],
        [true, 40_000],
      ],
    );
  });

  it('shows rules the stream so far, and where the segment is in it', () => {
    const { inspected, looks } = inspector();
    inspected.sample(sample('SAY/a;'));
    inspected.sample(sample('body', { offset: 6 }));
    assert.equal(text(looks[1]?.stream ?? Buffer.alloc(0)), 'SAY/a;body');
    assert.equal(looks[1]?.offset, 6);
    assert.equal(text(looks[1]?.payload ?? Buffer.alloc(0)), 'body');
    const [grown] = looks[1]?.facts ?? [];
    assert.ok(grown?.protocol === 'http' && 'target' in grown);
    assert.equal(text(grown.body), 'body');
    assert.equal(looks[0]?.memory, looks[1]?.memory);
    assert.ok(looks[1]?.protocols.has('http'));
  });

  it('takes every datagram by itself', () => {
    const { inspected, targets, looks } = inspector();
    const of = { transport: 'UDP', offset: 0 } as const;
    inspected.sample(sample('SAY/a;', of));
    inspected.sample(sample('SAY/b', of));
    inspected.sample(sample('SAY/c;', { ...of, sent: false }));
    assert.deepEqual(targets(), ['/a', '/b', '/c']);
    assert.deepEqual(
      looks.map(({ established }) => established),
      [false, false, true],
    );
  });

  it('tells signatures with the conversation', () => {
    const { inspected, told } = inspector();
    const signature = { sid: 1 } as SignatureObservation['signature'];
    inspected.rules = { inspect: () => [signature] };
    inspected.sample(sample('anything'));
    assert.ok(told[0]?.kind === 'signature' && told[0].signature === signature && told[0].cgroupId === 7);
  });

  it('is bounded by conversations and bytes, and what finds no room is told as it is', () => {
    const { inspected, targets } = inspector();
    inspected.rules = undefined;
    const long = `SAY${'x'.repeat(1400)}`;
    for (let n = 0; n < 40_000; n++) inspected.sample(sample(long, { id: String(n) }));
    assert.equal(inspected.state.entries, inspected.state.capacity);
    assert.ok(inspected.state.evicted > 20_000);
    assert.ok(inspected.counts.cutShort > 30_000, `${inspected.counts.cutShort}`);
    assert.ok(inspected.counts.waiting * 1400 <= 4 * 1_048_576);
    inspected.advance(1000 + 400);
    assert.equal(inspected.counts.waiting, 0);
    assert.equal(targets().length, 40_000);
  });

  it('tells a second segment by itself when the first was overwritten meanwhile', () => {
    const { inspected, targets } = inspector();
    inspected.rules = undefined;
    inspected.sample(sample('SAY/a'));
    for (let n = 0; n < 4000; n++) inspected.sample(sample(`SAY${'x'.repeat(1400)}`, { id: String(n) }));
    assert.deepEqual(targets().slice(0, 1), ['/a']);
    inspected.sample(sample('SAY/b;', { offset: 5 }));
    assert.equal(targets().at(-1), '/b');
  });
});
