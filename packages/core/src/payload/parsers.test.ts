import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PAYLOAD_PARSERS } from './parsers.ts';
import { SEEDS, type Seed } from './testing/seeds.ts';

function firstParser({ transport, bytes, toServer }: Seed): string | undefined {
  return PAYLOAD_PARSERS.find(
    (parser) =>
      (parser.transport === 'both' || parser.transport === transport) &&
      parser.parse(bytes, bytes.length, toServer).length > 0,
  )?.name;
}

describe('the list of parsers', () => {
  it('finds for each message the parser that knows it first', () => {
    for (const seed of SEEDS) assert.equal(firstParser(seed), seed.parser, Buffer.from(seed.bytes).toString('latin1'));
  });

  it('has a message for each parser', () => {
    const known = new Set(SEEDS.map(({ parser }) => parser));
    for (const { name } of PAYLOAD_PARSERS) assert.ok(known.has(name), name);
  });

  it('gives the facts of a stream again, first and in order, when there is more of it', () => {
    for (const { transport, bytes, toServer, parser: name } of SEEDS.filter((seed) => seed.transport === 'TCP')) {
      const parser = PAYLOAD_PARSERS.find((other) => other.name === name && other.transport !== 'UDP')!;
      const whole = parser.parse(bytes, bytes.length, toServer);
      for (let length = 0; length < bytes.length; length++) {
        const part = parser.parse(bytes.subarray(0, length), length, toServer);
        // Whole and parts agree on all but the last of the part.
        const told = part.slice(0, -1).map(withoutBytes);
        assert.deepEqual(told, whole.slice(0, told.length).map(withoutBytes), `${name} ${transport} ${length}`);
        assert.ok(part.length <= whole.length, `${name} ${length}`);
      }
    }
  });
});

function withoutBytes(facts: object): unknown {
  return JSON.parse(JSON.stringify(facts, (key, value: unknown) => (key === 'body' ? undefined : value)));
}
