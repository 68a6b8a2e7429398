import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { IntelItem, IntelKind } from './intel.ts';
import { type BadValue, parseIntelValue } from './intel-value.ts';

function text(value: string, kind?: IntelKind): string {
  const item = parseIntelValue(value, kind);
  return 'problem' in item ? `! ${item.problem}` : written(item);
}

function written(item: IntelItem): string {
  switch (item.kind) {
    case 'address':
      return `${item.family} ${item.words.map((word) => word.toString(16)).join(':')}/${item.prefix} ${item.port}`;
    case 'domain':
      return `${item.itself ? 'itself ' : ''}${item.below ? 'below ' : ''}${item.name}`;
    case 'url':
      return `${item.host} ${item.target}`;
    default:
      return `${item.kind} ${item.value}`;
  }
}

const JA4 = 't13d1516h2_8daaf6152771_02713d6af862';
const SHA1 = 'A94A8FE5CCB19BA61C4C0873D391E987982FBBD3';

describe('a value is taken for what it looks like:', () => {
  for (const [value, is] of [
    ['198.51.100.7', '4 0:0:ffff:c6336407/32 0'],
    ['198.51.100.77/24', '4 0:0:ffff:c6336400/24 0'],
    ['198.51.100.7:8443', '4 0:0:ffff:c6336407/32 8443'],
    ['hxxp[.]example[.]org', 'itself hxxp.example.org'],
    ['198[.]51[.]100[.]7[:]443', '4 0:0:ffff:c6336407/32 443'],
    ['2001:db8::7', '6 20010db8:0:0:7/128 0'],
    ['2001:db8:1:2:3::/48', '6 20010db8:10000:0:0/48 0'],
    ['[2001:db8::7]:443', '6 20010db8:0:0:7/128 443'],
    ['::ffff:198.51.100.7', '4 0:0:ffff:c6336407/32 0'],
    ['Example.ORG.', 'itself example.org'],
    ['.example.org', 'itself below example.org'],
    ['*.example.org', 'below example.org'],
    ['bücher.example', 'itself xn--bcher-kva.example'],
    ['_dmarc.example.org', 'itself _dmarc.example.org'],
    ['hxxps://user@Example[.]org:443/a/b?c=1#d', 'example.org /a/b?c=1'],
    ['example.org:8080/a', 'example.org:8080 /a'],
    ['http://198.51.100.7/bin.sh', '198.51.100.7 /bin.sh'],
    ['http://example.org', 'example.org /'],
    [JA4, `ja4 ${JA4}`],
    [SHA1, `certificate ${SHA1.toLowerCase()}`],
    ['127.0.0.1/33', '! has a prefix that cannot be'],
    ['0.0.0.0/0', '! is wider than /8'],
    ['2000::/3', '! is wider than /16'],
    ['198.51.100.7:70000', '! is no address, domain, URL or hash'],
    ['198.51.100.007', '! is no address, domain, URL or hash'],
    ['com', '! is no address, domain, URL or hash'],
    ['*.com', '! is no address, domain, URL or hash'],
    ['d41d8cd98f00b204e9800998ecf8427e', '! is a hash of which kind the list must say'],
    ['/path/only', '! is no URL'],
    ['', '! is empty'],
    ['x'.repeat(3000), '! is too long'],
  ] as const) {
    it(`${value.slice(0, 60)} → ${is}`, () => assert.equal(text(value), is));
  }
});

it('a list that says what its values are takes no others', () => {
  assert.equal(text('d41d8cd98f00b204e9800998ecf8427e', 'ja3'), 'ja3 d41d8cd98f00b204e9800998ecf8427e');
  assert.equal(
    text('D4:1D:8C:D9:8F:00:B2:04:E9:80:09:98:EC:F8:42:7E:00:11:22:33', 'certificate').slice(0, 22),
    'certificate d41d8cd98f',
  );
  assert.equal(text('example.org', 'address'), '! is no address');
  assert.equal(text('198.51.100.7', 'domain'), '! is no address, domain, URL or hash');
  assert.equal(text('example.org', 'url'), 'example.org /');
  assert.equal(text(JA4, 'ja3'), '! is no hash of a ja3');
});

it('no text makes it throw, and no name comes out that is not plain', () => {
  const kinds = fc.constantFrom<IntelKind | undefined>(
    undefined,
    'address',
    'domain',
    'url',
    'ja3',
    'ja4',
    'certificate',
  );
  const texts = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'a1.:/[]*-_%é@?#') }));
  fc.assert(
    fc.property(texts, kinds, (value, kind) => {
      const item: IntelItem | BadValue = parseIntelValue(value, kind);
      if ('kind' in item && item.kind === 'domain') assert.match(item.name, /^[a-z0-9._-]{3,253}$/);
    }),
    { numRuns: 1000 },
  );
});
