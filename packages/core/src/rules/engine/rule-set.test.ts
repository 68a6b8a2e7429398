import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RULE_RUN_LIMITS } from '../limits.ts';
import { matchesPayload, ruleSet, Talk } from '../testing/rule-case.ts';
import { certificates, clientHello, dnsQuery, httpRequest } from '../testing/sample-facts.ts';

const GET = httpRequest('GET /a HTTP/1.1\r\nHost: h\r\n\r\n');

describe('the header of a rule', () => {
  const sample = { source: { ip: '192.168.1.5', port: 4000 }, destination: { ip: '8.8.8.8', port: 8080 } };
  const matches = (header: string, over = {}): boolean => {
    const set = ruleSet(`alert ${header} (content:"x";)`, { variables: { addresses: {} } });
    return new Talk(set, { ...sample, ...over }).client('x').length === 1;
  };

  for (const [header, expected] of [
    ['tcp any any -> any any', true],
    ['udp any any -> any any', false],
    ['ip any any -> any any', true],
    ['ipv6 any any -> any any', false],
    ['tcp $HOME_NET any -> $EXTERNAL_NET any', true],
    ['tcp $EXTERNAL_NET any -> $HOME_NET any', false],
    ['tcp $EXTERNAL_NET any <> $HOME_NET any', true],
    ['tcp [192.168.0.0/16,!192.168.1.0/24] any -> any any', false],
    ['tcp [192.168.0.0/16, ![192.168.1.0/24, !192.168.1.5]] any -> any any', true],
    ['tcp !192.168.1.5 any -> any any', false],
    ['tcp 192.168.1.1-192.168.1.9 any -> any any', true],
    ['tcp any any -> any 8000:8100', true],
    ['tcp any any -> any :8000', false],
    ['tcp any any -> any ![8080,80]', false],
    ['tcp any any -> any [1024:,!8080]', false],
    ['tcp any any -> any !80,!443', true],
    ['tcp any [1:5000,!4001] -> any $HTTP_PORTS', false],
  ] as const) {
    it(`${header} ${expected ? 'fits' : 'does not fit'} 192.168.1.5:4000 to 8.8.8.8:8080`, () => {
      assert.equal(matches(header), expected);
    });
  }

  it('is of the protocol that is spoken, at any port', () => {
    const talk = new Talk(ruleSet('alert http any any -> any any (content:"GET";)'));
    assert.deepEqual(talk.client('GET /a'), []);
    assert.deepEqual(talk.client('', [GET]), [1]);
  });
});

describe('flow', () => {
  it('asks for a direction', () => {
    const talk = new Talk(ruleSet(['flow:to_server; content:"x";', 'flow:from_server; content:"x";', 'content:"x";']));
    assert.deepEqual(talk.client('x'), [1, 3]);
    assert.deepEqual(talk.server('x'), [2]);
  });

  it('asks for an established conversation', () => {
    const rules = [
      'flow:established; content:"x";',
      'flow:not_established; content:"x";',
      'flow:stateless; content:"x";',
    ];
    assert.deepEqual(new Talk(ruleSet(rules)).client('x'), [1, 3]);
    assert.deepEqual(new Talk(ruleSet(rules), { established: false }).client('x'), [2, 3]);
  });

  it('takes an answer over UDP as established', () => {
    const rules = ruleSet('alert udp any any -> any any (flow:established,to_client; content:"x";)');
    assert.deepEqual(new Talk(rules, { transport: 'UDP', established: false }).server('x'), [1]);
  });

  it('fits either direction where nobody knows which end began', () => {
    const talk = new Talk(ruleSet('flow:to_server; content:"x";'), { toServer: undefined });
    assert.deepEqual(talk.client('x'), [1]);
  });
});

describe('payload of a conversation', () => {
  it('is joined: a pattern may lie over two segments, and is told once', () => {
    const talk = new Talk(ruleSet('content:"attack";'));
    assert.deepEqual(talk.client('att'), []);
    assert.deepEqual(talk.client('ack'), [1]);
    assert.deepEqual(talk.client('attack'), []);
  });

  it('is looked at packet by packet where the rule wants it', () => {
    for (const rule of ['content:"ack"; depth:3;', 'flow:no_stream; content:"ack";', 'dsize:3; content:"ack";']) {
      const talk = new Talk(ruleSet(rule));
      assert.deepEqual(talk.client('att'), [], rule);
      assert.deepEqual(talk.client('ack'), [1], rule);
    }
    const packets = new Talk(ruleSet('alert tcp-pkt any any -> any any (content:"attack";)'));
    assert.deepEqual([packets.client('att'), packets.client('ack')], [[], []]);
    const stream = new Talk(ruleSet('flow:only_stream; content:"ack"; depth:3;'));
    assert.deepEqual([stream.client('att'), stream.client('ack')], [[], []]);
  });

  it('is the datagram over UDP, each told', () => {
    const talk = new Talk(ruleSet('alert udp any any -> any any (content:"x"; depth:1;)'), { transport: 'UDP' });
    assert.deepEqual([talk.client('x'), talk.client('x'), talk.client('yx')], [[1], [1], []]);
  });

  it('has a size by direction', () => {
    const talk = new Talk(ruleSet('stream_size:client,>,4; stream_size:server,<,3; content:"x";'));
    assert.deepEqual(talk.client('x'), []);
    assert.deepEqual(talk.client('xyz'), [1]);
    talk.server('ab');
    assert.deepEqual(talk.client('x'), []);
  });

  it('of a rule without patterns is told once a conversation', () => {
    const talk = new Talk(ruleSet('alert tcp any any -> any 80 (flow:established;)'));
    assert.deepEqual([talk.client('a'), talk.client('b'), talk.server('c')], [[1], [], []]);
  });
});

describe('messages of protocols', () => {
  it('are told each once, though looked at again with more bytes', () => {
    const talk = new Talk(ruleSet('alert http any any -> any any (http.uri; content:"/a";)'));
    assert.deepEqual(talk.client('GET', [GET]), [1]);
    assert.deepEqual(talk.client(' more', [GET]), []);
    assert.deepEqual(talk.client(' more', [GET, GET]), [1]);
    assert.deepEqual(talk.client('GET', [GET], { offset: 0 }), [1]);
  });

  it('must have all buffers in one message', () => {
    const talk = new Talk(
      ruleSet('alert http any any -> any any (http.uri; content:"/a"; http.method; content:"PUT";)'),
    );
    assert.deepEqual(talk.client('', [GET, httpRequest('PUT /b HTTP/1.1\r\n\r\n')]), []);
    assert.deepEqual(talk.client('', [httpRequest('PUT /a HTTP/1.1\r\n\r\n')], { offset: 0 }), [1]);
  });

  it('must have their payload keywords in the same sample', () => {
    const talk = new Talk(ruleSet('alert http any any -> any any (http.uri; content:"/a"; pkt_data; content:"zz";)'));
    assert.deepEqual([talk.client('GET', [GET]), talk.client('GETzz', [GET], { offset: 0 })], [[], [1]]);
  });

  it('of TLS are one transaction: certificates of the same server come later', () => {
    const rule = 'alert tls any any -> any any (tls.cert_subject; content:"CN=a"; ja3s.hash; content:"b";)';
    const talk = new Talk(ruleSet(rule));
    const hello = { protocol: 'tls', message: 'server-hello', ja3s: { text: '', hash: 'abc' } } as never;
    assert.deepEqual([talk.server('', [hello]), talk.server('', [certificates('CN=a', 'CN=b')])], [[], [1]]);
  });

  it('each buffer that may come several times is matched alone', () => {
    const rule = 'alert dns any any -> any any (dns.query; content:"one"; dns.query; content:"two";)';
    assert.deepEqual(new Talk(ruleSet(rule)).client('', [dnsQuery('one.a', 'two.b')]), [1]);
    assert.deepEqual(new Talk(ruleSet(rule)).client('', [dnsQuery('one.a', 'three.b')]), []);
  });
});

describe('flow bits and bits of addresses', () => {
  it('are set by one rule and asked for by another, whatever their order in the file', () => {
    const talk = new Talk(
      ruleSet(['content:"go"; flowbits:isset,seen;', 'content:"login"; flowbits:set,seen; flowbits:noalert;']),
    );
    assert.deepEqual([talk.client('go'), talk.client(' login go')], [[], [1]]);
  });

  it('can be unset, toggled, asked for as missing, and as one of several', () => {
    const rules = [
      'content:"set"; depth:3; flowbits:set,a;',
      'content:"unset"; depth:5; flowbits:unset,a;',
      'content:"tog"; depth:3; flowbits:toggle,b;',
      'content:"?"; depth:1; flowbits:isset,a|b;',
      'content:"?"; depth:1; flowbits:isnotset,a;',
    ];
    const talk = new Talk(ruleSet(rules), { transport: 'UDP' });
    const udp = new Talk(ruleSet(rules.map((rule) => `alert udp any any -> any any (${rule})`)), { transport: 'UDP' });
    assert.deepEqual(talk.client('?'), []);
    const seen = ['?', 'set', '?', 'unset', '?', 'tog', '?', 'tog', '?'].map((payload) => udp.client(payload));
    assert.deepEqual(seen, [[5], [1], [4], [2], [5], [3], [4, 5], [3], [5]]);
  });

  it('of addresses hold over conversations, until they expire', () => {
    const set = ruleSet([
      'alert udp any any -> any any (content:"knock"; xbits:set,k,track ip_src,expire 10;)',
      'alert udp any any -> any any (content:"enter"; xbits:isset,k,track ip_src;)',
    ]);
    const first = new Talk(set, { transport: 'UDP' });
    first.client('knock');
    const second = new Talk(set, { transport: 'UDP' });
    second.timeMs += 9_000;
    assert.deepEqual(second.client('enter'), [2]);
    assert.deepEqual(second.server('enter'), []);
    second.timeMs += 2_000;
    assert.deepEqual(second.client('enter'), []);
  });
});

describe('thresholds', () => {
  /** Which of packets, at these seconds, are told. */
  function told(option: string, seconds: readonly number[], over: (index: number) => object = () => ({})): number[] {
    const talk = new Talk(ruleSet(`alert udp any any -> any any (content:"x"; ${option})`), { transport: 'UDP' });
    return seconds.filter((second, index) => {
      talk.timeMs = 1_000_000 + second * 1000;
      return talk.client('x', [], { timeMs: talk.timeMs, ...over(index) }).length > 0;
    });
  }

  for (const [option, expected] of [
    ['threshold:type limit, track by_src, count 2, seconds 10;', [0, 1, 11, 12]],
    ['threshold:type threshold, track by_src, count 3, seconds 10;', [2, 5, 13]],
    ['threshold:type both, track by_dst, count 3, seconds 10;', [2, 13]],
    ['detection_filter:track by_src, count 3, seconds 10;', [3, 4, 5]],
    ['threshold:type backoff, track by_src, count 1, multiplier 3;', [0, 2]],
    ['threshold:type limit, track by_rule, count 1, seconds 100;', [0]],
    ['threshold:type limit, track by_both, count 1, seconds 100;', [0]],
  ] as const) {
    it(option, () => {
      assert.deepEqual(told(option, [0, 1, 2, 3, 4, 5, 11, 12, 13]).slice(0, expected.length), expected);
    });
  }

  it('count distinct ports with unique_on', () => {
    const option = 'detection_filter:track by_src, count 2, seconds 60, unique_on dst_port;';
    const ports = [80, 80, 80, 81, 81, 82, 83];
    const seen = told(option, [0, 1, 2, 3, 4, 5, 6], (index) => ({
      destination: { ip: '10.0.0.2', port: ports[index]! },
    }));
    assert.deepEqual(seen, [5, 6]);
  });

  it('track each source alone, and hold no more than their room', () => {
    const set = ruleSet(
      'alert udp any any -> any any (content:"x"; threshold:type limit,track by_src,count 1,seconds 60;)',
    );
    const talk = new Talk(set, { transport: 'UDP' });
    const from = (ip: string) => talk.client('x', [], { source: { ip, port: 1 } });
    assert.deepEqual([from('10.0.0.3'), from('10.0.0.4'), from('10.0.0.3')], [[1], [1], []]);
    for (let index = 0; index <= RULE_RUN_LIMITS.thresholds; index++) from(`10.1.${index >> 8}.${index & 255}`);
    assert.equal(set.state.thresholds.size, RULE_RUN_LIMITS.thresholds);
    assert.ok(set.state.thresholds.evicted > 0);
  });

  it('live on in the set that replaces another', () => {
    const rule = 'alert udp any any -> any any (content:"x"; threshold:type limit,track by_src,count 1,seconds 60;)';
    const first = ruleSet(rule);
    assert.deepEqual(new Talk(first, { transport: 'UDP' }).client('x'), [1]);
    const second = ruleSet(rule, { state: first.state } as never);
    assert.deepEqual(new Talk(second, { transport: 'UDP' }).client('x'), []);
  });
});

describe('a set of rules', () => {
  it('passes what a pass rule says, for the rest of the conversation', () => {
    const talk = new Talk(ruleSet(['content:"x";', 'pass tcp any any -> any any (content:"trusted";)']));
    assert.deepEqual([talk.client('trusted x'), talk.client('x')], [[], []]);
  });

  it('tells the highest priority first', () => {
    const talk = new Talk(
      ruleSet(['content:"x"; priority:3;', 'content:"x"; priority:1;', 'content:"x"; classtype:network-scan;']),
    );
    assert.deepEqual(talk.client('x'), [2, 1, 3]);
  });

  it('evaluates only rules whose pattern occurs', () => {
    const set = ruleSet(Array.from({ length: 100 }, (_, index) => `content:"pattern-${index}-"; pcre:"/x/";`));
    new Talk(set).client('x pattern-7- x');
    assert.equal(set.evaluations, 1);
    assert.deepEqual([...set.statistics()], [{ gid: 1, sid: 8, checked: 1, matched: 1, pcreOverruns: 0 }]);
  });

  it('counts expressions that were given up', () => {
    const set = ruleSet('content:"aa"; pcre:"/^(?:(?:a|aa)+,?)+$/";');
    assert.deepEqual(new Talk(set).client(`${'a'.repeat(60)}!`), []);
    assert.equal([...set.statistics()][0]?.pcreOverruns, 1);
  });

  it('ends in time when keywords depend on one another over a long payload', () => {
    const chain = Array.from({ length: 30 }, () => 'content:"a"; distance:0;').join(' ');
    const set = ruleSet(`content:"a"; ${chain} content:"b"; distance:0;`);
    assert.deepEqual(new Talk(set).client('b'.concat('a'.repeat(3000))), []);
    assert.equal(set.overruns > 0, true);
  });

  it('says who stands at the ends', () => {
    const web = {
      ip: '10.0.0.1',
      kind: 'pod',
      namespace: 'shop',
      workload: { kind: 'Deployment', name: 'web' },
    } as const;
    const pay = {
      ip: '10.0.0.2',
      kind: 'pod',
      namespace: 'payments',
      workload: { kind: 'StatefulSet', name: 'pay' },
    } as const;
    const over = { sourceEndpoint: web, destinationEndpoint: pay };
    const labelsOf = ({ namespace }: { namespace?: string }) => (namespace === 'shop' ? { app: 'web' } : undefined);
    for (const [option, expected] of [
      ['k8s.namespace:payments;', true],
      ['k8s.namespace:payments,source;', false],
      ['k8s.namespace:pay*|x,server;', true],
      ['k8s.namespace:!shop,destination;', true],
      ['k8s.namespace:!shop;', false],
      ['k8s.workload:web,client;', true],
      ['k8s.workload:shop/deployment/web;', true],
      ['k8s.workload:payments/web;', false],
      ['k8s.label:app=web,source;', true],
      ['k8s.label:app,destination;', false],
    ] as const) {
      const set = ruleSet(`content:"x"; ${option}`, { labelsOf });
      assert.equal(new Talk(set, over).client('x').length === 1, expected, option);
      assert.deepEqual(new Talk(set).client('x'), [], option);
    }
  });

  it('looks values up in data sets and reputation files', () => {
    const lines = ['evil.example', 'bad.example'].map((name) => Buffer.from(name).toString('base64'));
    const readFile = (path: string) =>
      path === 'names.lst' ? lines.join('\n') : path === 'rep.lst' ? `${lines[0]},50` : undefined;
    const dns = (option: string, name: string) =>
      new Talk(ruleSet(`alert dns any any -> any any (dns.query; ${option})`, { readFile })).client('', [
        dnsQuery(name),
      ]).length === 1;
    const isset = 'dataset:isset,names,type string,load names.lst;';
    assert.deepEqual([dns(isset, 'evil.example'), dns(isset, 'good.example')], [true, false]);
    assert.equal(dns('dataset:isnotset,names,type string,load names.lst;', 'good.example'), true);
    assert.deepEqual(
      [
        dns('datarep:r,>,40,type string,load rep.lst;', 'evil.example'),
        dns('datarep:r,>,60,type string,load rep.lst;', 'evil.example'),
      ],
      [true, false],
    );
    const reputation = {
      categories: '1,CnC,C2 servers',
      lists: ['10.0.0.2,1,90', '10.0.0.0/31,1,20\n10.0.0.0/8,1,99'].map((line) => `# list\n${line}`),
    };
    const talk = (option: string) =>
      new Talk(ruleSet(`content:"x"; ${option}`, { reputation })).client('x').length === 1;
    assert.deepEqual(
      [talk('iprep:dst,CnC,>,80;'), talk('iprep:src,CnC,>,80;'), talk('iprep:src,CnC,<,30;')],
      [true, false, true],
    );
  });

  it('adds to a data set what a rule says', () => {
    const set = ruleSet('alert dns any any -> any any (dns.query; dataset:set,seen,type string;)');
    const ask = (name: string) => new Talk(set).client('', [dnsQuery(name)]);
    assert.deepEqual([ask('a'), ask('b'), ask('a')], [[1], [1], []]);
  });

  it('matches a hello', () => {
    assert.equal(matchesPayload('content:"|16 03|"; depth:2; app-layer-protocol:!tls;', '\x16\x03'), false);
    const talk = new Talk(ruleSet('app-layer-protocol:!tls; content:"x";'));
    assert.deepEqual(
      [talk.client('x', [GET]), new Talk(ruleSet('app-layer-protocol:tls; content:"x";')).client('x', [clientHello()])],
      [[1], [1]],
    );
  });
});
