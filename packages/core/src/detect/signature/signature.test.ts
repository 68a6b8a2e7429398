import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApplicationFacts } from '../../payload/facts.ts';
import { detectorContext } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { play, type Seen, START_MS } from '../scenario.ts';
import { control, matched, rule, web } from './scenarios.ts';
import { signature } from './signature.ts';

function set(parameters: Readonly<Record<string, number>> = {}): DetectorSet {
  const context = detectorContext({ nameAddress: (ip) => ({ ip, kind: 'world' }) });
  return new DetectorSet({ context, detectors: [signature], settings: { signature: { parameters } } });
}

function found(seen: Seen[], parameters?: Readonly<Record<string, number>>, forMs = 10_000) {
  return play(set(parameters), seen, START_MS + forMs);
}

describe('signature', () => {
  it('is told at once, from the sender to the receiver, with the rule', () => {
    const [first] = found([matched(START_MS + 300, rule(7))]);
    assert.ok(first);
    assert.equal(first.atMs, START_MS + 300);
    const { finding } = first;
    assert.deepEqual([finding.source?.pod, finding.target?.ip, finding.target?.port], [web.pod, control.ip, 443]);
    assert.deepEqual(finding.evidence.signature, { gid: 1, sid: 7, rev: 3, msg: 'MALWARE check-in' });
    assert.match(String(finding.evidence.ruleText), /sid:7/);
    assert.equal(finding.severity, 'high');
  });

  it('names the server as the source of what the server sent, unless the rule says who the target is', () => {
    const answered = matched(START_MS, rule(7), { sent: false });
    assert.equal(found([answered])[0]?.finding.source?.ip, control.ip);
    const targeted = matched(START_MS, rule(7, { target: 'source' }), { sent: false });
    assert.equal(found([targeted])[0]?.finding.source?.pod, web.pod);
  });

  it('is one finding between two workloads, whatever rules match, under the most important of them', () => {
    const all = found([
      matched(START_MS, rule(1, { priority: 3 })),
      matched(START_MS + 100, rule(2, { priority: 1, msg: 'worse' })),
      matched(START_MS + 200, rule(1, { priority: 3 })),
    ]);
    const last = all.at(-1)?.finding;
    assert.match(last?.title ?? '', /^worse/);
    assert.equal(last?.evidence.observed, 3);
    assert.deepEqual(
      (last?.evidence.signatures as { sid: number; count: number }[] | undefined)?.map(({ sid, count }) => [
        sid,
        count,
      ]),
      [
        [2, 1],
        [1, 2],
      ],
    );
    assert.equal(
      all.reduce((sum, { finding }) => sum + finding.count, 0),
      3,
    );
  });

  it('takes its severity from the priority and the metadata of the rule', () => {
    const severity = (priority: number, metadata = {}) =>
      found([matched(START_MS, rule(1, { priority, metadata }))])[0]?.finding.severity;
    assert.deepEqual(
      [1, 2, 3, 4].map((priority) => severity(priority)),
      ['high', 'medium', 'low', undefined],
    );
    assert.equal(severity(1, { signature_severity: ['Critical'] }), 'critical');
  });

  it('shows the message it matched in, without secrets', () => {
    const bytes = new Uint8Array(0);
    const facts: ApplicationFacts = {
      protocol: 'http',
      message: 'request',
      method: 'GET',
      target: '/gate.php?token=s3cret',
      version: 'HTTP/1.1',
      headers: [
        ['Host', 'c2.example'],
        ['Authorization', 'Bearer topsecret'],
        ['User-Agent', 'x'.repeat(1000)],
      ],
      head: bytes,
      body: bytes,
      isComplete: true,
    };
    const [first] = found([matched(START_MS, rule(1), { facts: [facts] })]);
    const fields = first?.finding.evidence.fields as Record<string, string>;
    assert.deepEqual([fields.protocol, fields.method, fields.host], ['http', 'GET', 'c2.example']);
    assert.match(fields.target ?? '', /^\/gate\.php\?/);
    assert.equal(fields.userAgent?.length, 256);
    assert.doesNotMatch(JSON.stringify(first?.finding), /s3cret|topsecret/);
  });

  it('asks to look at the end that is ours', () => {
    const [first] = found([matched(START_MS, rule(1), { sent: false })]);
    assert.match(first?.finding.suggestion ?? '', /^Look at what shop\/web/);
  });

  it('waits for as many matches as it is set to, within its window', () => {
    const twice = (gapMs: number) => [matched(START_MS, rule(1)), matched(START_MS + gapMs, rule(1))];
    assert.equal(found(twice(5000), { matches: 2 })[0]?.atMs, START_MS + 5000);
    assert.deepEqual(found(twice(70_000), { matches: 2 }, 90_000), []);
  });

  it('remembers a bounded number of rules of a pair, and counts the others', () => {
    const many = Array.from({ length: 40 }, (_, sid) => matched(START_MS + sid, rule(sid)));
    const evidence = found(many).at(-1)?.finding.evidence;
    assert.equal((evidence?.signatures as unknown[] | undefined)?.length, 16);
    assert.equal(evidence?.otherMatches, 24);
  });
});
