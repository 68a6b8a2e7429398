import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatAddress } from '../address.ts';
import { network, networkHash } from '../learn/peer-fact.ts';
import { hash32, joinHash } from './hash.ts';
import { Newcomers } from './newcomers.ts';
import { RecentTimes } from './recent-times.ts';
import { agoMs } from './short-time.ts';

const NOW = 1_795_000_000_000;
/** Few hashes, of which many share a row or slot. */
const hashes = fc.integer({ min: 0, max: 40 }).map((index) => (index & 7) + (index >> 3) * 65_536);
const visits = fc.array(fc.tuple(hashes, fc.integer({ min: -5000, max: 20_000 })), { maxLength: 200 });

describe('times kept in 32 bits', () => {
  it('are right for 24 days either way', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }), (ago) => {
        const kept = new Uint32Array([NOW - ago]);
        assert.equal(agoMs(kept[0]!, NOW), ago);
      }),
    );
  });
});

describe('recent times', () => {
  it('never tells a time that was not the last one of its key, and forgets nothing that fits', () => {
    fc.assert(
      fc.property(visits, (seen) => {
        const times = new RecentTimes(64, 1e9);
        const last = new Map<number, number>();
        for (const [hash, sinceMs] of seen) {
          times.note(hash, NOW + sinceMs);
          last.set(hash || 1, NOW + sinceMs);
        }
        let known = 0;
        for (const [hash, timeMs] of last) {
          const told = times.last(hash, NOW);
          assert.ok(told === timeMs || told === Number.NEGATIVE_INFINITY);
          if (told === timeMs) known++;
        }
        assert.equal(known, times.size);
        assert.ok(times.size + times.evicted >= last.size);
      }),
    );
  });

  it('forgets for good what is older than its time, and what was met in a time that has not come', () => {
    const times = new RecentTimes(64, 600_000);
    times.note(7, NOW);
    for (const days of [-20, -1, 1, 20, 24.9, 30, 40, 49]) assert.ok(!times.has(7, NOW + days * 86_400_000), `${days}`);
    assert.equal(times.last(7, NOW - 1000), NOW);
  });

  it('forgets what is older than its time, and of four in a row the one furthest back', () => {
    const times = new RecentTimes(64, 1000);
    const row = [0, 1, 2, 3, 4].map((index) => 5 + index * 65_536);
    row.forEach((hash, index) => {
      times.note(hash, NOW + index);
    });
    assert.deepEqual(
      row.map((hash) => times.has(hash, NOW + 4)),
      [false, true, true, true, true],
    );
    assert.deepEqual([times.size, times.evicted], [4, 1]);
    assert.ok(times.has(row[1]!, NOW + 1001) && !times.has(row[1]!, NOW + 1002));
    times.note(row[0]!, NOW + 5000);
    assert.equal(times.evicted, 1, 'who is too old anyway is not missed');
  });
});

describe('newcomers', () => {
  it('gives back what was put there for the same key, or nothing', () => {
    fc.assert(
      fc.property(visits, (seen) => {
        const newcomers = new Newcomers(32, 2, 1e9);
        const put = new Map<number, [value: number, timeMs: number]>();
        for (const [hash, sinceMs] of seen) {
          const timeMs = NOW + sinceMs;
          const known = newcomers.find(hash, timeMs);
          if (known >= 0) {
            const [value, cameMs] = put.get(hash)!;
            assert.equal(newcomers.get(known, 0), value);
            assert.equal(newcomers.get(known, 1), 2 ** 32 - 1);
            assert.equal(newcomers.timeOf(known, timeMs), cameMs);
            newcomers.leave(known);
            assert.equal(newcomers.find(hash, timeMs), -1);
          } else {
            const slot = newcomers.enter(hash, timeMs);
            const value = put.size * 7;
            newcomers.set(slot, 0, value);
            newcomers.set(slot, 1, 2 ** 32 - 1);
            put.set(hash, [value, timeMs]);
          }
        }
        assert.ok(newcomers.size >= 0 && newcomers.size <= newcomers.capacity);
      }),
    );
  });

  it('takes who came too long ago for new, and counts only those that another one ousted', () => {
    const newcomers = new Newcomers(16, 1, 1000);
    newcomers.enter(3, NOW);
    assert.ok(newcomers.find(3, NOW + 1000) >= 0 && newcomers.find(3, NOW + 1001) < 0);
    newcomers.enter(3, NOW + 5000);
    assert.equal(newcomers.evicted, 0);
    newcomers.enter(19, NOW + 5001);
    assert.deepEqual([newcomers.size, newcomers.evicted, newcomers.find(3, NOW + 5001)], [1, 1, -1]);
  });
});

/** Of few networks, many of whose groups are zero. */
const ipv6 = fc
  .array(fc.constantFrom(0, 0, 1, 0x2001), { minLength: 8, maxLength: 8 })
  .map((groups) => formatAddress(new Uint8Array(groups.flatMap((group) => [group >> 8, group & 255])), 0))
  .filter((ip) => ip.includes(':') && !ip.startsWith('::'));

describe('hashes', () => {
  it('spread neighbours, by either half and in pairs, as chance would', () => {
    const BITS = 16;
    for (const low of [true, false]) {
      const used = new Set<number>();
      for (let index = 0; index < 65_536; index++) {
        const hash = joinHash(hash32(`10.0.${index >> 8}.${index & 255}`), 443);
        used.add(low ? hash & (2 ** BITS - 1) : hash >>> (32 - BITS));
      }
      // 1 − 1/e of all places.
      assert.ok(Math.abs(used.size / 65_536 - (1 - Math.exp(-1))) < 0.01, `${used.size}`);
    }
  });

  it('are the same for the addresses of a network, and others for others', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), (a, b) => {
        assert.equal(networkHash(a) === networkHash(b), network(a) === network(b));
      }),
    );
    assert.equal(networkHash('192.0.2.1'), networkHash('192.0.2.254'));
    assert.equal(networkHash('2001:db8:1::5'), networkHash('2001:db8:1:2:3::'));
    assert.equal(networkHash('2001:db8::5'), networkHash('2001:db8:0:1:2:3:4:5'));
    assert.equal(networkHash('2001::5'), networkHash('2001:0:0:1:2:3:4:5'));
    assert.notEqual(networkHash('2001:db8:1::5'), networkHash('2001:db8:2::5'));
    fc.assert(
      fc.property(ipv6, ipv6, (a, b) => {
        assert.equal(networkHash(a) === networkHash(b), network(a) === network(b), `${a} ${b}`);
      }),
    );
    for (const odd of ['', '::', '::1', 'fe80::1', 'x', '1:2']) assert.equal(networkHash(odd), networkHash(odd));
  });
});
