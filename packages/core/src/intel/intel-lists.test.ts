import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Cidr } from '../cidr.ts';
import type { IntelList } from './intel-lists.ts';
import { IntelLists } from './intel-lists.ts';
import { parseIntelValue } from './intel-value.ts';
import { readList } from './read-list.ts';
import { findWord, indexWords, sortPairs } from './table/sorted-words.ts';

function list(name: string, lines: readonly string[], more: Partial<IntelList> = {}): IntelList {
  const { table, bad } = readList(lines.join('\n'), { format: 'plain', allowOwn: true });
  assert.equal(bad, 0);
  return { name, category: 'c2', table, ...more };
}

function of(...lists: IntelList[]): IntelLists {
  const found = new IntelLists();
  found.set(lists);
  return found;
}

const small4 = fc.tuple(fc.nat(1), fc.nat(3), fc.nat(255)).map(([a, b, c]) => `203.${a}.${b}.${c}`);
const range4 = fc.tuple(small4, fc.integer({ min: 8, max: 32 })).map(([ip, prefix]) => `${ip}/${prefix}`);
const small6 = fc.tuple(fc.nat(1), fc.nat(255)).map(([a, b]) => `2001:db8:${a}::${b.toString(16)}`);
const range6 = fc.tuple(small6, fc.integer({ min: 16, max: 128 })).map(([ip, prefix]) => `${ip}/${prefix}`);

describe('addresses', () => {
  it('are found by the longest range that holds them, as a search one by one finds it', () => {
    const entries = fc.array(fc.oneof(range4, range6), { maxLength: 60 });
    fc.assert(
      fc.property(entries, fc.array(fc.oneof(small4, small6), { maxLength: 20 }), (ranges, asked) => {
        const lists = of(list('l', ranges));
        const cidrs = ranges.map((text) => Cidr.parse(text)!);
        for (const ip of asked) {
          const best = Math.max(-1, ...cidrs.filter((cidr) => cidr.contains(ip)).map(({ prefix }) => prefix));
          const entry = lists.address(ip, 80)?.entry;
          const widest = ip.includes(':') ? 128 : 32;
          const found = entry === undefined ? -1 : Number(/\/(\d+)$/.exec(entry)?.[1] ?? widest);
          assert.equal(found, best, `${ip}: ${entry}`);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('with a port are meant at that port; one without it at all', () => {
    const lists = of(list('l', ['203.0.113.7:443', '203.0.113.7:8443', '[2001:db8::1]:53']));
    assert.equal(lists.address('203.0.113.7', 443)?.entry, '203.0.113.7:443');
    assert.equal(lists.address('203.0.113.7', 8443)?.entry, '203.0.113.7:8443');
    assert.equal(lists.address('203.0.113.7', 80), undefined);
    assert.equal(lists.address('2001:db8::1', 53)?.entry, '[2001:db8::1]:53');
    assert.equal(of(list('l', ['203.0.113.7', '203.0.113.7:443'])).address('203.0.113.7', 80)?.entry, '203.0.113.7');
  });

  it('are found in both spellings of IPv4, and text that is none is in no list', () => {
    const lists = of(list('l', ['203.0.113.7']));
    assert.equal(lists.address('::ffff:203.0.113.7', 1)?.entry, '203.0.113.7');
    for (const text of ['', 'example.org', '203.0.113', '::g']) assert.equal(lists.address(text, 1), undefined);
  });
});

describe('names', () => {
  it('are found as listed, below a leading dot, and the longest wins', () => {
    const lists = of(
      list('l', ['exact.example', '.all.example', '*.below.example', 'deep.all.example', 'bücher.example']),
    );
    const entry = (name: string): string | undefined => lists.domain(name)?.entry;
    assert.deepEqual(
      [
        'exact.example',
        'www.exact.example',
        'notexact.example',
        'all.example',
        'a.b.all.example',
        'deep.all.example',
      ].map(entry),
      ['exact.example', undefined, undefined, '.all.example', '.all.example', 'deep.all.example'],
    );
    assert.deepEqual(['below.example', 'a.below.example', 'xbelow.example'].map(entry), [
      undefined,
      '*.below.example',
      undefined,
    ]);
    assert.deepEqual(['EXACT.example.', 'xn--bcher-kva.example', '', '.'].map(entry), [
      'exact.example',
      'xn--bcher-kva.example',
      undefined,
      undefined,
    ]);
  });

  it('of any set are found as a search one by one finds them', () => {
    const name = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 2, maxLength: 5 })
      .map((labels) => labels.join('.'));
    const entry = fc.tuple(fc.constantFrom('', '.', '*.'), name).map(([sign, text]) => sign + text);
    fc.assert(
      fc.property(fc.uniqueArray(entry, { maxLength: 30 }), fc.array(name, { maxLength: 20 }), (entries, asked) => {
        const lists = of(list('l', entries));
        for (const text of asked) {
          const holds = entries.some((one) => {
            const bare = one.replace(/^\*?\./, '');
            return (!one.startsWith('*') && text === bare) || (bare !== one && text.endsWith(`.${bare}`));
          });
          assert.equal(lists.domain(text) !== undefined, holds, text);
        }
      }),
      { numRuns: 300 },
    );
  });
});

it('URLs are found by host and beginning of the path; a query only where the list has one', () => {
  const lists = of(
    list('l', ['http://a.example/x/y', 'a.example/dir/', 'b.example/?id=1', 'http://c.example/', 'd.example:8080/z']),
  );
  const entry = (host: string, target: string): string | undefined => lists.url(host, target)?.entry;
  assert.equal(entry('A.example:80', '/x/y?q=1'), 'a.example/x/y');
  assert.equal(entry('a.example', '/x/y/deeper'), 'a.example/x/y');
  assert.equal(entry('a.example', '/x/yes'), undefined);
  assert.equal(entry('a.example', '/dir/file'), 'a.example/dir/');
  assert.equal(entry('a.example', '/'), undefined);
  assert.equal(entry('b.example', '/?id=1'), 'b.example/?id=1');
  assert.equal(entry('b.example', '/?id=2'), undefined);
  assert.equal(entry('c.example', `/${'deep/'.repeat(200)}`), 'c.example/');
  assert.equal(entry('d.example:8080', '/z'), 'd.example:8080/z');
  assert.equal(entry('d.example', '/z'), undefined);
});

describe('several lists', () => {
  it('answer in their order, with what is said of the list', () => {
    const lists = of(
      list('one', ['203.0.113.7'], { severity: 'critical' }),
      list('two', ['203.0.113.0/24', 'b.example'], { category: 'spam' }),
    );
    assert.deepEqual(lists.address('203.0.113.7', 1), {
      list: 'one',
      category: 'c2',
      severity: 'critical',
      entry: '203.0.113.7',
    });
    assert.deepEqual(lists.address('203.0.113.8', 1)?.list, 'two');
    assert.deepEqual(lists.domain('b.example')?.category, 'spam');
  });

  it('yield to an allow list, which makes nothing known by itself', () => {
    const allow = list('ours', ['203.0.113.7', '.good.example'], { category: 'allow' });
    const lists = of(list('bad', ['203.0.113.0/24', 'x.good.example', 'good.example/x']), allow);
    assert.equal(lists.address('203.0.113.7', 1), undefined);
    assert.equal(lists.domain('x.good.example'), undefined);
    assert.equal(lists.url('good.example', '/x'), undefined);
    assert.equal(lists.address('203.0.113.8', 1)?.list, 'bad');
    const item = parseIntelValue('203.0.113.7');
    assert.ok(!('problem' in item));
    assert.deepEqual(
      lists.all(item).map(({ list: name }) => name),
      ['bad', 'ours'],
    );
  });

  it('say which list of known scanners has the address too', () => {
    const lists = of(
      list('bad', ['203.0.113.0/24']),
      list('scanners', ['203.0.113.9', '203.0.114.9'], { category: 'known-scanner' }),
    );
    assert.equal(lists.address('203.0.113.9', 1)?.scannerList, 'scanners');
    assert.equal(lists.address('203.0.113.8', 1)?.scannerList, undefined);
    assert.equal(lists.address('203.0.114.9', 1), undefined);
  });

  it('expire as a whole, and can be exchanged', () => {
    const lists = of(list('old', ['203.0.113.7'], { expiresMs: 1000 }));
    assert.deepEqual(lists.address('203.0.113.7', 1, 999)?.expiresMs, 1000);
    assert.equal(lists.address('203.0.113.7', 1, 1000), undefined);
    lists.set([]);
    assert.equal(lists.address('203.0.113.7', 1, 999), undefined);
  });
});

it('sorted words are found in any number and spread', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(0xffffffff), { maxLength: 500 }), (words) => {
      const keys = Uint32Array.from(words);
      const values = Uint32Array.from(words, (_, at) => at);
      sortPairs(keys, values);
      const sorted = indexWords(keys);
      for (const [at, word] of words.entries()) assert.equal(values[findWord(sorted, word)], at);
      assert.equal(findWord(sorted, 7) >= 0, words.includes(7));
    }),
  );
});
