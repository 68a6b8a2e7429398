import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../alert/alert.ts';
import type { Endpoint } from '../../endpoint.ts';
import type { HttpRequest, TlsCertificates, TlsClientHello } from '../../payload/facts.ts';
import { type DetectorContext, detectorContext } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { play, type Seen, START_MS } from '../scenario.ts';
import {
  CERTIFICATE,
  contact,
  context,
  control,
  dnsQuery,
  harmless,
  JA3,
  resolver,
  said,
  scanner,
  web,
} from './scenarios.ts';
import { threatIntel } from './threat-intel.ts';

const nameAddress = (ip: string): Endpoint => ({ ip, kind: 'world' });

function findings(seen: Seen[], known: Partial<DetectorContext> = context()): Finding[] {
  const set = new DetectorSet({ context: detectorContext({ nameAddress, ...known }), detectors: [threatIntel] });
  const last = seen.at(-1)?.observation.timeMs ?? START_MS;
  play(set, seen, last);
  assert.equal(set.status()[0]?.errors, 0, set.status()[0]?.lastError);
  return set.evaluate(last + 10);
}

const hello = (serverName: string, ja3 = 'ffffffffffffffffffffffffffffffff'): TlsClientHello =>
  ({
    protocol: 'tls',
    message: 'client-hello',
    serverName,
    ja3: { text: '', hash: ja3 },
    ja4: 'x',
  }) as unknown as TlsClientHello;
const request = (host: string, target: string): HttpRequest =>
  ({ protocol: 'http', message: 'request', target, headers: [['Host', host]] }) as unknown as HttpRequest;
const chain = (sha1: string): TlsCertificates =>
  ({
    protocol: 'tls',
    message: 'certificate',
    chain: [{ sha1, sha256: 'f'.repeat(64) }],
  }) as unknown as TlsCertificates;

describe('a workload that', () => {
  it('connects to a listed address is told at once and high, with list, entry and reference', () => {
    const set = new DetectorSet({ context: detectorContext({ nameAddress, ...context() }), detectors: [threatIntel] });
    const found = play(set, [contact(START_MS + 300, web, control)], START_MS + 2000);
    const { atMs, finding } = found[0]!;
    assert.equal(atMs, START_MS + 300);
    assert.deepEqual(
      [finding.severity, finding.source?.pod, finding.target?.ip, finding.target?.port],
      ['high', web.pod, control.ip, 443],
    );
    const { list, entry, reference, listCategory, comm } = finding.evidence;
    assert.deepEqual([list, entry, reference, listCategory, comm], ['c2', '203.0.113.0/24', 'report 7', 'c2', 'test']);
  });

  it('only tries to is told, too; one of which no packet was sent is not', () => {
    const failed = { established: false, closeReason: 'timeout' } as const;
    assert.match(findings([contact(START_MS, web, control, failed)])[0]?.title ?? '', /tries to connect/);
    assert.deepEqual(findings([contact(START_MS, web, control, { established: false, closeReason: 'none' })]), []);
  });

  it('asks for a listed name is told by the entry, once, also when it then connects with TLS', () => {
    const seen = [
      said(START_MS, dnsQuery('a.evil.example'), { to: resolver }),
      said(START_MS + 10, dnsQuery('b.evil.example'), { to: resolver }),
      said(START_MS + 20, hello('a.evil.example'), { to: harmless }),
    ];
    const [only, ...others] = findings(seen);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [only?.target?.domain, only?.evidence.observed, only?.evidence.entry],
      ['evil.example', 3, '.evil.example'],
    );
  });

  it('is led to a listed name by an answer, or requests a listed URL, is told', () => {
    const cname = { name: 'x.example', type: 5, class: 1, ttlSeconds: 1, data: 'x.evil.example', dataBytes: 1 };
    const answer = dnsQuery('x.example', { message: 'response', answers: [cname] });
    assert.equal(findings([said(START_MS, answer, { to: resolver, sent: false })])[0]?.evidence.seenAs, 'dns-answer');
    const [url] = findings([said(START_MS, request('drop.example', '/bin/x?id=7'))]);
    assert.deepEqual(
      [url?.evidence.entry, url?.target?.domain, url?.target?.ip],
      ['drop.example/bin/x', 'drop.example', harmless.ip],
    );
    assert.equal(findings([said(START_MS, request('www.evil.example:8080', '/'))])[0]?.evidence.seenAs, 'http-host');
  });

  it('has a listed fingerprint, or is shown a listed certificate, is told', () => {
    const [ja3] = findings([said(START_MS, hello('fine.example', JA3))]);
    assert.deepEqual([ja3?.severity, ja3?.evidence.entry], ['critical', JA3]);
    const [shown] = findings([said(START_MS, chain(CERTIFICATE), { sent: false })]);
    assert.deepEqual([shown?.evidence.seenAs, shown?.target?.ip], ['certificate', harmless.ip]);
    const [own] = findings([said(START_MS, chain(CERTIFICATE), { role: 'server' })]);
    assert.deepEqual([own?.target, own?.source?.pod], [null, web.pod]);
  });

  it('does several listed things with one server is one finding', () => {
    const seen = [contact(START_MS, web, control), said(START_MS + 1, hello('fine.example', JA3), { to: control })];
    const [only, ...others] = findings(seen);
    assert.equal(others.length, 0);
    assert.deepEqual([only?.evidence.list, only?.severity], ['ja3', 'critical']);
    assert.deepEqual([only?.evidence.alsoListed].flat().length, 1);
  });
});

describe('what comes in from listed sources', () => {
  const visit = (nth: number, from: Endpoint, more = {}) => contact(START_MS + nth, from, web, more);

  it('is low, and one finding a workload', () => {
    const seen = [1, 2, 3].map((nth) => visit(nth, { ip: `203.0.113.${nth}`, kind: 'world' }));
    const [only, ...others] = findings(seen);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [only?.severity, only?.source, only?.target?.pod, only?.sources?.distinctEstimate],
      ['low', null, web.pod, 3],
    );
  });

  it('is nothing where they did not get in, or are known scanners', () => {
    assert.deepEqual(
      findings([visit(0, control, { established: false, closeReason: 'reset-sent' }), visit(1, scanner)]),
      [],
    );
  });

  it('of a known scanner that a workload calls is told', () => {
    assert.equal(findings([contact(START_MS, web, scanner)])[0]?.severity, 'high');
  });
});

describe('silent is', () => {
  it('a resolver that asks for others', () => {
    const asks = said(START_MS, dnsQuery('a.evil.example'), { from: resolver, to: harmless });
    assert.deepEqual(findings([asks]), []);
  });

  it('a listed name in what somebody else asks of us', () => {
    const asked = said(START_MS, request('www.evil.example', '/'), { role: 'server', sent: false });
    assert.deepEqual(findings([asked]), []);
  });

  it('a listed address that is one of our own', () => {
    const node: Endpoint = { ip: control.ip, kind: 'node', workload: { kind: 'Node', name: 'n1' } };
    assert.deepEqual(findings([contact(START_MS, web, node)]), []);
  });

  it('everything without lists', () => {
    assert.deepEqual(findings([contact(START_MS, web, control)], {}), []);
  });
});

it('a beacon that comes back within quietMs is one finding that goes on, and ends when it stays away', () => {
  const set = new DetectorSet({ context: detectorContext({ nameAddress, ...context() }), detectors: [threatIntel] });
  const beats = [0, 1, 2].map((nth) => contact(START_MS + nth * 600_000, web, control));
  const found = play(set, beats, START_MS + 1_300_000);
  assert.ok(found.some(({ atMs }) => atMs > START_MS + 1_100_000));
  assert.equal(
    found.reduce((sum, { finding }) => sum + finding.count, 0),
    3,
  );
  assert.deepEqual(set.evaluate(START_MS + 1_200_000 + 900_001), []);
});
