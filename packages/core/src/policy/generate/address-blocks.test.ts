import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AddressBlock } from '../match.ts';
import { addressBlocks } from './address-blocks.ts';

const v4 = fc
  .tuple(fc.integer({ min: 11, max: 99 }), fc.nat(255), fc.nat(255), fc.nat(255))
  .map((parts) => parts.join('.'));
const v6 = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(9)).map(([a, b, c]) => `2001:db8:${a}:${b}::${c + 1}`);
const texts = (cidrs: readonly string[], isWorld = true, maxBlocks = 4, prefix = 32) =>
  addressBlocks(cidrs, isWorld, { maxBlocks, prefix }).blocks.map(({ cidr }) => cidr);

describe('ranges of addresses outside', () => {
  it('hold every address that was seen, and are no more than a rule may have', () => {
    const limits = fc.record({ maxBlocks: fc.integer({ min: 1, max: 20 }), prefix: fc.integer({ min: 8, max: 32 }) });
    fc.assert(
      fc.property(
        fc.array(fc.oneof(v4, v6), { minLength: 1, maxLength: 40 }),
        fc.boolean(),
        limits,
        (ips, isWorld, rest) => {
          const cidrs = ips.map((ip) => `${ip}/${ip.includes(':') ? 128 : 32}`);
          const { blocks } = addressBlocks(cidrs, isWorld, rest);
          const compiled = blocks.map((block) => new AddressBlock(block));
          for (const ip of ips)
            assert.ok(
              compiled.some((block) => block.contains(ip)),
              `${ip} in ${JSON.stringify(blocks)}`,
            );
          if (isWorld) assert.ok(blocks.length <= 2 * rest.maxBlocks);
        },
      ),
    );
  });

  it('are single addresses while they are few, then networks, with the reason', () => {
    assert.deepEqual(texts(['9.0.0.2/32', '9.0.0.1/32', '9.0.0.2/32']), ['9.0.0.1/32', '9.0.0.2/32']);
    const many = Array.from({ length: 9 }, (_, index) => `9.0.${index % 2}.${index}/32`);
    const { blocks, note } = addressBlocks(many, true, { maxBlocks: 4, prefix: 32 });
    assert.deepEqual(
      blocks.map(({ cidr }) => cidr),
      ['9.0.0.0/24', '9.0.1.0/24'],
    );
    assert.match(note ?? '', /9 addresses were seen, more than 4: widened to \/24/);
    assert.deepEqual(texts(['9.1.2.3/32'], true, 4, 24), ['9.1.2.0/24']);
  });

  it('are the internet without what is inside in the end, and never the internet for what is inside', () => {
    const many = Array.from({ length: 40 }, (_, index) => `${11 + index}.1.2.3/32`);
    const [internet] = addressBlocks(many, true, { maxBlocks: 4, prefix: 32 }).blocks;
    assert.equal(internet?.cidr, '0.0.0.0/0');
    for (const inside of ['10.0.0.0/8', '169.254.0.0/16', '192.168.0.0/16'])
      assert.ok(internet?.except.includes(inside));
    const inside = Array.from({ length: 40 }, (_, index) => `10.${index}.2.3/32`);
    assert.deepEqual(texts(inside, false), ['10.0.0.0/8']);
    assert.deepEqual(texts(['0.0.0.0/0']), ['0.0.0.0/0']);
  });

  it('swallow what a wider one holds', () => {
    assert.deepEqual(texts(['9.0.0.0/24', '9.0.0.7/32', '2001:db8::/48', '2001:db8::1/128']), [
      '9.0.0.0/24',
      '2001:db8::/48',
    ]);
  });
});
