import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { IntelLists } from './intel-lists.ts';
import { INTEL_FORMATS, type ListOptions, type ReadList, readList } from './read-list.ts';

function lookUp(read: ReadList, category = 'c2'): IntelLists {
  const lists = new IntelLists();
  lists.set([{ name: 'test', category, table: read.table }]);
  return lists;
}

const read = (text: string, options: ListOptions): ReadList => readList(text, options);

describe('plain lists', () => {
  it('have one value a line, with comments that become references', () => {
    const list = read('\ufeff# head\n198.51.100.7 # seen in May\r\n\n198.51.100.8\t9\nevil.example ; note\n', {
      format: 'plain',
    });
    const found = lookUp(list);
    assert.deepEqual([list.bad, list.table.counts.addresses, list.table.counts.domains], [0, 2, 1]);
    assert.equal(found.address('198.51.100.7', 1)?.reference, 'seen in May');
    assert.equal(found.address('198.51.100.8', 1)?.reference, '9');
    assert.equal(found.domain('evil.example')?.reference, 'note');
    assert.equal(found.domain('www.evil.example'), undefined);
  });

  it('are told which lines are bad, and how many', () => {
    const text = Array.from({ length: 9 }, (_, nth) => `good${nth}.example\nbad line${nth}!`).join('\n');
    const { bad, firstBad } = read(text, { format: 'plain' });
    assert.deepEqual(
      [bad, firstBad.length, firstBad[0]],
      [9, 5, { line: 2, text: 'bad line0!', problem: 'is no address, domain, URL or hash' }],
    );
  });

  it('may not name the cluster itself', () => {
    const text =
      '10.0.0.1\n127.0.0.1\n192.168.0.0/16\n172.16.0.0/12\n172.0.0.0/8\nfe80::1\nfd00::/16\n224.0.0.1\n8.8.8.8';
    const list = read(text, { format: 'plain' });
    assert.deepEqual([list.own, list.table.counts.addresses], [8, 1]);
    assert.equal(read(text, { format: 'plain', allowOwn: true }).own, 0);
  });

  it('count what stands there twice', () => {
    const list = read('8.8.8.8\n8.8.8.8\na.example\nA.example.\n8.8.8.8:53', { format: 'plain' });
    assert.deepEqual([list.duplicates, list.table.counts.addresses, list.table.counts.domains], [2, 2, 1]);
  });
});

it('hosts files give names, without those of the machine', () => {
  const list = read('127.0.0.1 localhost\n::1 ip6-localhost\n0.0.0.0 ads.example evil.example # two\nlonely', {
    format: 'hosts',
  });
  assert.deepEqual([list.table.counts.domains, list.skipped, list.bad], [2, 2, 1]);
  assert.equal(lookUp(list).domain('evil.example')?.reference, 'two');
});

describe('CSV', () => {
  const FEED =
    '# made 2026\n# "first_seen","dst_ip","dst_port"\n"2026-01-01","198.51.100.7","443"\n"x","198.51.100.8","1"\n';

  it('is read by the name of a column, also where the header is a comment', () => {
    const list = read(FEED, { format: 'csv', column: 'DST_IP' });
    assert.deepEqual([list.table.counts.addresses, list.bad], [2, 0]);
  });

  it('is read by the number of a column', () => {
    const list = read('name;ip\n"a ""quoted""; name";198.51.100.7\nb\n', { format: 'csv', column: 2, header: true });
    assert.deepEqual([list.table.counts.addresses, list.bad], [1, 1]);
  });

  it('without that column is bad', () => {
    assert.match(read(FEED, { format: 'csv', column: 'url' }).firstBad[0]?.problem ?? '', /no column/);
  });
});

it('IP reputation counts from a score on and has categories of its own', () => {
  const list = read('# ip,cat,score\n198.51.100.7,1,100\n198.51.100.8,2,10\n198.51.100.9,1,300\n', {
    format: 'iprep',
    categories: '1,CnC,Known command and control\n2,Spam,Spammers\n',
    minScore: 50,
  });
  assert.deepEqual([list.table.counts.addresses, list.skipped, list.bad], [1, 1, 1]);
  const hit = lookUp(list).address('198.51.100.7', 80);
  assert.deepEqual([hit?.category, hit?.reference], ['CnC', 'score 100']);
});

it('datasets have strings in base64 and hashes as they are', () => {
  const encoded = Buffer.from('evil.example').toString('base64');
  const strings = read(`${encoded},1000\nnot base64\n`, { format: 'dataset' });
  assert.deepEqual([strings.table.counts.domains, strings.bad], [1, 1]);
  const hashes = read('d41d8cd98f00b204e9800998ecf8427e\n', { format: 'dataset', kind: 'ja3' });
  assert.equal(lookUp(hashes).fingerprint('ja3', 'D41D8CD98F00B204E9800998ECF8427E')?.list, 'test');
});

it('trails name all below a domain, ports and URLs, with the reference above them', () => {
  const text =
    '# Reference: https://report.example/1\n\nevil.example\n198.51.100.7:443\nhost.example/bin/x\n/gate.php\n(Mozilla.*)\n';
  const list = read(text, { format: 'maltrail' });
  const found = lookUp(list);
  assert.deepEqual([list.skipped, list.bad], [2, 0]);
  assert.equal(found.domain('a.b.evil.example')?.entry, '.evil.example');
  assert.equal(found.address('198.51.100.7', 443)?.reference, 'https://report.example/1');
  assert.equal(found.address('198.51.100.7', 80), undefined);
  assert.equal(found.url('host.example', '/bin/x?y')?.entry, 'host.example/bin/x');
});

describe('MISP', () => {
  const attributes = [
    { type: 'ip-dst', value: '198.51.100.7', comment: 'C2', to_ids: true },
    { type: 'ip-dst|port', value: '2001:db8::7|443' },
    { type: 'domain|ip', value: 'evil.example|198.51.100.9' },
    { type: 'ja3-fingerprint-md5', value: 'd41d8cd98f00b204e9800998ecf8427e' },
    { type: 'x509-fingerprint-sha1', value: 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3' },
    { type: 'ip-dst', value: '198.51.100.10', to_ids: false },
    { type: 'md5', value: 'd41d8cd98f00b204e9800998ecf8427e' },
  ];
  const event = {
    Event: {
      info: 'Campaign',
      Attribute: attributes,
      Object: [{ Attribute: [{ type: 'url', value: 'http://a.example/x' }] }],
    },
  };
  for (const [what, json] of [
    ['an event', event],
    ['an export of several', [event]],
    ['the answer of a search', { response: [event] }],
  ] as const) {
    it(`${what} gives its attributes that are for detection`, () => {
      const list = read(JSON.stringify(json), { format: 'misp' });
      assert.deepEqual(list.table.counts, { addresses: 3, domains: 1, urls: 1, fingerprints: 2 });
      assert.deepEqual([list.skipped, list.bad], [2, 0]);
      assert.equal(lookUp(list).address('198.51.100.7', 1)?.reference, 'Campaign: C2');
      assert.equal(lookUp(list).address('2001:db8::7', 443)?.entry, '[2001:db8::7]:443');
    });
  }
});

describe('STIX', () => {
  const indicator = (pattern: string, more: object = {}) => ({
    type: 'indicator',
    name: 'I',
    pattern,
    pattern_type: 'stix',
    ...more,
  });
  const bundle = (...objects: object[]) =>
    JSON.stringify({ type: 'bundle', objects: [{ type: 'identity' }, ...objects] });

  it('gives the values of indicators, until they are valid', () => {
    const list = read(
      bundle(
        indicator("[ipv4-addr:value = '198.51.100.7']", { valid_until: '2026-01-01T00:00:00Z' }),
        indicator("[domain-name:value = 'evil.example' OR url:value = 'http://a.example/\\'x']"),
        indicator("[ipv4-addr:value ISSUBSET '198.51.100.0/28'] OR [ipv6-addr:value IN ('2001:db8::1','2001:db8::2')]"),
        indicator(`[x509-certificate:hashes.'SHA-256' = '${'ab'.repeat(32)}']`),
      ),
      { format: 'stix' },
    );
    assert.deepEqual(list.table.counts, { addresses: 4, domains: 1, urls: 1, fingerprints: 1 });
    const found = lookUp(list);
    const end = Date.UTC(2026, 0, 1);
    assert.deepEqual(
      [found.address('198.51.100.7', 1, end - 1)?.entry, found.address('198.51.100.7', 1, end)?.entry],
      ['198.51.100.7', '198.51.100.0/28'],
    );
  });

  it('skips what is more than one value, is of files, was revoked, or is another language', () => {
    const list = read(
      bundle(
        indicator("[ipv4-addr:value = '198.51.100.7' AND domain-name:value = 'a.example']"),
        indicator("[file:hashes.'SHA-256' = 'x']"),
        indicator("[ipv4-addr:value != '198.51.100.7']"),
        indicator("[ipv4-addr:value = '198.51.100.7'] FOLLOWEDBY [ipv4-addr:value = '198.51.100.8']"),
        indicator("[ipv4-addr:value = '198.51.100.7'", {}),
        indicator("[ipv4-addr:value = '198.51.100.7']", { revoked: true }),
        indicator('alert ip any', { pattern_type: 'suricata' }),
      ),
      { format: 'stix' },
    );
    assert.deepEqual([list.skipped, list.bad, list.table.counts.addresses], [7, 0, 0]);
  });

  it('that is no JSON is one bad line', () => {
    const { bad, firstBad } = read('<html>', { format: 'stix' });
    assert.equal(bad, 1);
    assert.match(firstBad[0]?.problem ?? '', /is no JSON/);
  });
});

it('no text of any format makes it throw', () => {
  const json = fc.json({ maxDepth: 4 });
  const lines = fc.array(fc.oneof(fc.string(), fc.ipV4(), fc.webUrl()), { maxLength: 8 }).map((all) => all.join('\n'));
  fc.assert(
    fc.property(fc.oneof(lines, json), fc.constantFrom(...INTEL_FORMATS), (text, format) => {
      const { table, bad, firstBad } = readList(text, { format });
      assert.ok(firstBad.length <= Math.min(bad, 5) && table.counts.addresses >= 0);
    }),
    { numRuns: 500 },
  );
});
