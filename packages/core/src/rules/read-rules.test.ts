import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compileRules, ruleCoverage } from './compile-rules.ts';
import { RULE_LIMITS } from './limits.ts';
import { plainMultiPattern } from './testing/plain-multi-pattern.ts';
import { refusal, ruleSet, Talk } from './testing/rule-case.ts';
import { httpRequest } from './testing/sample-facts.ts';

const cover = (text: string) => ruleCoverage([{ file: 'a.rules', bytes: Buffer.from(text, 'latin1') }]);
const rule = (sid: number, options = 'content:"x";', rev = 1) =>
  `alert tcp any any -> any any (msg:"m ${sid}"; ${options} sid:${sid}; rev:${rev};)`;

describe('rule files', () => {
  it('have rules, comments, rules that are switched off, and lines that go on', () => {
    const text = `# a comment (with brackets)\n\n${rule(1)}\r\n#${rule(2)}\n# ${rule(3)}\nalert tcp any any -> any any \\\n  (content:"x"; \\\n  sid:4;)\n`;
    const { loaded, disabled, refused, files } = cover(text);
    assert.deepEqual({ loaded, disabled, refused }, { loaded: 2, disabled: 2, refused: 0 });
    assert.deepEqual(files, [{ file: 'a.rules', loaded: 2, refused: 0, disabled: 2, superseded: 0 }]);
  });

  it('are told by file, line, column and keyword where a rule cannot be honoured', () => {
    const text = `${rule(1)}\nalert tcp any any -> any any (content:"x"; \\\n  lua:x.lua; sid:7;)\n`;
    assert.deepEqual(cover(text).refusedBy, [
      {
        keyword: 'lua',
        rules: 1,
        problems: [{ file: 'a.rules', line: 3, column: 3, keyword: 'lua', reason: 'not known', sid: 7 }],
      },
    ]);
  });

  it('have one rule a sid: the newest revision', () => {
    const set = compileRules(
      [
        {
          file: 'a',
          bytes: Buffer.from(
            [rule(1, 'content:"a";', 2), rule(1, 'content:"b";', 3), rule(1, 'content:"c";', 1)].join('\n'),
          ),
        },
      ],
      {
        makeMultiPattern: plainMultiPattern,
      },
    );
    assert.deepEqual([set.size, set.coverage.loaded, set.coverage.superseded, set.coverage.refused], [1, 1, 2, 0]);
  });

  it('say of a rule what an alert will say', () => {
    const text =
      'alert tcp any any -> any any (msg:"Ünicode \\"x\\"\\; y"; content:"x"; classtype:trojan-activity; gid:3; sid:5; rev:2; ' +
      'reference:url,example.org/a; reference:cve,2021-1; metadata:tag A, tag B, created_at 2021_01_01; target:dest_ip;)';
    const set = compileRules([{ file: 'a.rules', bytes: Buffer.from(text) }], { makeMultiPattern: plainMultiPattern });
    const [match] = set.inspect({
      timeMs: 0,
      transport: 'TCP',
      source: { ip: '10.0.0.1', port: 1 },
      destination: { ip: '10.0.0.2', port: 2 },
      toServer: true,
      established: true,
      payload: Buffer.from('x'),
      payloadBytes: 1,
      stream: Buffer.from('x'),
      offset: 0,
      facts: [],
      protocols: new Set(),
      memory: { flowBits: undefined, matched: undefined },
    });
    assert.deepEqual(match, {
      gid: 3,
      sid: 5,
      rev: 2,
      msg: 'Ünicode "x"; y',
      classType: 'trojan-activity',
      priority: 1,
      metadata: { tag: ['A', 'B'], created_at: ['2021_01_01'] },
      references: ['url,example.org/a', 'cve,2021-1'],
      target: 'destination',
      text,
      file: 'a.rules',
      line: 1,
    });
  });
});

/** Options, the keyword that is told. */
const REFUSED: readonly (readonly [options: string, keyword: string])[] = [
  ['flags:S;', 'flags'],
  ['content:"x"; ttl:1;', 'ttl'],
  ['content:"x"; itype:8;', 'itype'],
  ['app-layer-event:http.x;', 'app-layer-event'],
  ['content:"x"; unheard_of;', 'unheard_of'],
  ['content:"";', 'content'],
  ['content:"|6|";', 'content'],
  ['content:"|zz|";', 'content'],
  ['content:"|61";', 'content'],
  ['content:"\\x";', 'content'],
  ['content:"abc', 'content'],
  ['nocase;', 'nocase'],
  ['content:"x"; nocase:1;', 'nocase'],
  ['content:"abc"; depth:2;', 'depth'],
  ['content:"abc"; content:"abc"; within:2;', 'within'],
  ['content:"abc"; depth:9; depth:9;', 'depth'],
  ['content:"abc"; offset:1; startswith;', 'startswith'],
  ['content:"abc"; offset:nowhere;', 'offset'],
  ['content:"abc"; offset:70000;', 'offset'],
  ['pcre:"/(/";', 'pcre'],
  ['pcre:"/a/k";', 'pcre'],
  ['pcre:"/(a)/, flow:x";', 'pcre'],
  ['pcre:"a";', 'pcre'],
  ['pcre:/a;', 'pcre'],
  ['file_data; content:"a"; http_uri;', 'http_uri'],
  ['http.method; pcre:"/a/U";', 'pcre'],
  ['flow:to_server; http.stat_code; content:"200";', 'http.stat_code'],
  ['http.uri; content:"x"; http.stat_code; content:"200";', 'http.stat_code'],
  ['http.uri; content:"x"; tls.sni; content:"x";', 'tls.sni'],
  ['flow:sideways;', 'flow'],
  ['flow:to_server; flow:established;', 'flow'],
  ['flowbits:sing,x;', 'flowbits'],
  ['flowbits:set;', 'flowbits'],
  ['threshold:type limit, track by_src, count 1;', 'threshold'],
  ['threshold:type limit, track by_moon, count 1, seconds 1;', 'threshold'],
  ['threshold:type never, track by_src, count 1, seconds 1;', 'threshold'],
  ['detection_filter:track by_src, count 1, seconds 1, type limit;', 'detection_filter'],
  ['byte_test:1,~,1,0;', 'byte_test'],
  ['byte_test:8,>,1,0;', 'byte_test'],
  ['byte_test:1,>,1,0,dce;', 'byte_test'],
  ['byte_test:1,>,nothing,0;', 'byte_test'],
  ['byte_extract:1,0,1x;', 'byte_extract'],
  ['base64_data; content:"x";', 'base64_data'],
  ['bsize:3;', 'bsize'],
  ['to_lowercase; content:"x";', 'to_lowercase'],
  ['iprep:any,CnC,>,3;', 'iprep'],
  ['dns.query; dataset:isset,n,type string,load nowhere.lst;', 'dataset'],
  ['dataset:isset,n,type string;', 'dataset'],
  ['k8s.label:app=web;', 'k8s.label'],
  ['content:"x"; k8s.namespace:a,above;', 'k8s.namespace'],
  ['classtype:nothing-known;', 'classtype'],
  ['reference:url;', 'reference'],
  ['sid:nothing;', 'sid'],
  ['sid:1; sid:2;', 'sid'],
  ['xbits:set,a,track ip_moon;', 'xbits'],
  ['tls.version:9;', 'tls.version'],
  ['ssl_state:server_keyx;', 'ssl_state'],
  ['urilen:>1,sideways;', 'urilen'],
  ['dsize:5<>2;', 'dsize'],
  ['target:both;', 'target'],
  [`${'content:"x"; '.repeat(RULE_LIMITS.contents + 1)}`, 'content'],
  [`${'tag:x; '.repeat(RULE_LIMITS.options + 1)}`, 'limit'],
  [`content:"${'x'.repeat(RULE_LIMITS.contentBytes + 1)}";`, 'content'],
  [`content:"${'x'.repeat(RULE_LIMITS.ruleBytes)}";`, 'limit'],
];

describe('rules that are refused whole', () => {
  for (const [options, keyword] of REFUSED) {
    it(`${options.slice(0, 80)} for ${keyword}`, () => {
      assert.equal(refusal(`alert tcp any any -> any any (${options})`).keyword, keyword);
    });
  }

  for (const [header, keyword] of [
    ['alert icmp any any -> any any', 'icmp'],
    ['alert krb5 any any -> any any', 'krb5'],
    ['alert smtp any any -> any any', 'file.data'],
    ['alert tcp any any any any', 'header'],
    ['alert tcp any any => any any', 'header'],
    ['alert tcp $NOWHERE any -> any any', 'header'],
    ['alert tcp 10.0.0.256 any -> any any', 'header'],
    ['alert tcp any 70000 -> any any', 'header'],
    ['alert tcp any 90:80 -> any any', 'header'],
    ['alert tcp any [1,2 -> any any', 'header'],
    ['alert tcp any any -> !any any', 'header'],
    ['alert tcp any any -> any !any', 'header'],
    ['shout tcp any any -> any any', 'header'],
  ] as const) {
    it(`${header} for ${keyword}`, () => {
      assert.equal(refusal(`${header} (file_data; content:"x"; sid:1;)`).keyword, keyword);
    });
  }

  it('a variable of itself', () => {
    const variables = { addresses: { LOOP: '[$LOOP,10.0.0.1]' } };
    assert.equal(refusal('alert tcp $LOOP any -> any any (sid:1;)', { variables }).keyword, 'header');
  });

  it('lists that grow beyond their limit', () => {
    const addresses = Object.fromEntries(
      Array.from({ length: 6 }, (_, index) => [
        `A${index}`,
        `[${Array.from({ length: 8 }, () => `$A${index + 1}`).join(',')}]`,
      ]),
    );
    const variables = { addresses: { ...addresses, A6: '10.0.0.1' } };
    assert.match(refusal('alert tcp $A0 any -> any any (sid:1;)', { variables }).reason, /more than 4096/);
  });
});

describe('hostile rule files', () => {
  const pieces = fc.constantFrom(
    ...'alert tcp any -> <> $HOME_NET [ ] ! ( ) ; : " , | \\ / \n # content:"a" pcre:"/a/" http_uri; sid:1; flow: byte_test: depth:1; 0x 1 - x'.split(
      ' ',
    ),
  );

  it('never throw, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        cover(parts.join(' '));
      }),
      { numRuns: 2000 },
    );
  });

  it('never throw, whatever one option holds', () => {
    const keyword = fc.constantFrom(
      ...'content pcre byte_test byte_jump byte_extract byte_math isdataat base64_decode threshold detection_filter flow flowbits xbits dsize urilen stream_size dataset datarep iprep xor pcrexform ssl_version metadata reference k8s.workload fast_pattern'.split(
        ' ',
      ),
    );
    const value = fc.array(
      fc.constantFrom(...'a 1 , | " ! < > = - relative string type by_src count 9999999999 0x 0 \\ / { * ('.split(' ')),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(keyword, value, fc.constantFrom('', ' '), (name, parts, glue) => {
        cover(`alert tcp any any -> any any (content:"abc"; ${name}:${parts.join(glue)}; sid:1;)`);
      }),
      { numRuns: 3000 },
    );
  });

  it('end in time, however large', () => {
    const text = `${'alert tcp any any -> any any (content:"x"; '.repeat(20_000)}\n`.repeat(5);
    assert.equal(cover(text).refused, 5);
    assert.equal(cover('\\\n'.repeat(200_000)).refused, 0);
  });
});

const feeds = process.env.NETGUARD_FEEDS ?? resolve(import.meta.dirname, '../../../../../shared/feeds');

describe('the rules of Emerging Threats', { skip: existsSync(feeds) ? false : `no rules at ${feeds}` }, () => {
  const files = globSync(join(feeds, '{et-open-bsd/*,corelight}/*.rules')).sort();
  const sources = files.map((file) => ({ file, bytes: readFileSync(file) }));

  it('load, all but those that ask for what a sample does not hold', () => {
    const { loaded, superseded, refused, refusedBy, work } = ruleCoverage(sources);
    assert.ok(loaded > 10_000, `${loaded} rules`);
    assert.ok(
      refused / (loaded + superseded + refused) < 0.01,
      JSON.stringify(refusedBy.map(({ keyword, rules }) => [keyword, rules])),
    );
    assert.ok(work < RULE_LIMITS.work / 10, `${work} units of work`);
  });

  it('are hardly evaluated for an ordinary request', () => {
    const variables = { addresses: { HOME_NET: 'any', EXTERNAL_NET: 'any' } };
    const set = compileRules(sources, { variables, makeMultiPattern: plainMultiPattern });
    const request =
      'GET /cart/17 HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: okhttp/4.9\r\nAccept: text/html\r\n\r\n';
    assert.deepEqual(new Talk(set).client(request, [httpRequest(request)]), []);
    assert.ok(set.patterns > 5_000);
    assert.ok(set.evaluations < 20, `${set.evaluations} rules evaluated`);
  });
});

it('a rule set of the test helper says which rule does not load', () => {
  assert.throws(() => ruleSet('content:"x"; lua:y;'), /lua/);
});
