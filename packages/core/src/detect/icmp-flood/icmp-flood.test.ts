import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Endpoint } from '../../endpoint.ts';
import { detectorContext } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { eachSecond, naming, pod, world } from '../flood-observations.ts';
import { play, type Seen, START_MS } from '../scenario.ts';
import { icmpFlood } from './icmp-flood.ts';
import { icmp, monitor, web } from './scenarios.ts';

const attacker = pod('10.244.2.9', 'dev', 'shell');
const node: Endpoint = { ip: '10.0.0.7', kind: 'node' };
const T0 = START_MS + 1000;

function run(seen: Seen[], untilMs = START_MS + 14_000) {
  const context = detectorContext({ nameAddress: naming(attacker, web, monitor, node) });
  const set = new DetectorSet({ context, detectors: [icmpFlood] });
  const found = play(set, seen, untilMs);
  assert.deepEqual(
    set.status().map(({ errors, lastError }) => ({ errors, lastError })),
    [{ errors: 0, lastError: undefined }],
  );
  return found;
}

const steady = (seconds: number, ...of: ((timeMs: number) => Seen)[]) =>
  eachSecond(T0, seconds, (timeMs) => of.map((each) => each(timeMs)));

describe('icmp-flood', () => {
  it('finds a ping flood at the next tick, and names who is most of it', () => {
    const found = run(steady(5, (at) => icmp(at, web, world('203.0.113.9'), 8, { received: 4000 })));
    assert.ok(found[0]!.atMs - T0 <= 1000);
    assert.equal(found[0]!.finding.source?.ip, '203.0.113.9');
    assert.equal(found[0]!.finding.target?.workload?.name, 'web');
    assert.equal(found[0]!.finding.evidence.message, 'echo requests');
    assert.ok(found.at(-1)!.atMs <= T0 + 9000);
  });

  it('knows by the kernel’s replies which pod is pinged, though they come from no pod’s cgroup', () => {
    const kernel = { ...node, ip: web.ip };
    const found = run(steady(5, (at) => icmp(at, kernel, attacker, 0, { sent: 9000 })));
    assert.equal(found[0]?.finding.target?.workload?.name, 'web');
    assert.equal(found[0]?.finding.source?.workload?.name, 'shell');
  });

  it('is one cause when requests, replies and both ends are seen', () => {
    const found = run(
      steady(
        5,
        (at) => icmp(at, attacker, web, 8, { sent: 9000 }),
        (at) => icmp(at, attacker, web, 0, { received: 9000 }),
        (at) => icmp(at, web, attacker, 8, { received: 9000 }),
        (at) => icmp(at, web, attacker, 0, { sent: 9000 }),
      ),
    );
    assert.equal(found.length, new Set(found.map(({ atMs }) => atMs)).size);
    assert.ok(found.every(({ finding }) => finding.source?.pod === 'shell-0' && finding.target?.pod === 'web-0'));
    assert.ok(found[0]!.finding.evidence.observed <= 9000);
  });

  it('names our pod that pings somebody outside to death', () => {
    const found = run(steady(5, (at) => icmp(at, attacker, world('192.0.2.4'), 8, { sent: 20_000 })));
    assert.deepEqual([found[0]?.finding.source?.pod, found[0]?.finding.target?.ip], ['shell-0', '192.0.2.4']);
  });

  it('finds ICMPv6 requests, replies that were never asked for, and a storm of errors', () => {
    const six = (ip: string): Endpoint => ({ ip, kind: 'world' });
    const target = six('2001:db8::1');
    const of = (type: number, received: number) =>
      run(steady(5, (at) => icmp(at, target, six('2001:db8::2'), type, { received })))[0]?.finding.evidence.message;
    assert.equal(of(128, 5000), 'echo requests');
    assert.equal(of(129, 5000), 'echo replies that it did not ask for');
    assert.equal(of(1, 20_000), 'ICMP errors');
    assert.equal(of(136, 20_000), 'neighbour discovery messages');
  });

  it('is silent for monitors that ping each pod, a burst of fping, and one ping at a small interval', () => {
    const nodes = Array.from({ length: 200 }, (_, nth): Endpoint => ({ ip: `10.1.0.${nth}`, kind: 'private' }));
    assert.deepEqual(
      run(steady(8, ...nodes.map((from) => (at: number) => icmp(at, web, from, 8, { received: 2 })))),
      [],
    );
    assert.deepEqual(run([icmp(T0, web, world('203.0.113.9'), 8, { received: 250 })]), []);
    assert.deepEqual(run(steady(8, (at) => icmp(at, web, attacker, 8, { received: 100 }))), []);
  });

  it('is silent for neighbour discovery on a large segment, and for path-MTU and unreachable errors', () => {
    const segment = Array.from({ length: 700 }, (_, nth): Endpoint => ({ ip: `fe80::${nth + 1}`, kind: 'link-local' }));
    const router: Endpoint = { ip: 'fe80::1', kind: 'link-local' };
    assert.deepEqual(
      run(steady(8, ...segment.map((from) => (at: number) => icmp(at, router, from, 135, { received: 1 })))),
      [],
    );
    assert.deepEqual(run(steady(8, (at) => icmp(at, web, world('203.0.113.1'), 3, { received: 600 }))), []);
  });

  it('takes replies that come one tick after their requests for asked-for', () => {
    const seen = eachSecond(T0, 8, (timeMs, second) => [
      icmp(timeMs, monitor, world('203.0.113.1'), 8, { sent: second % 2 === 0 ? 160 : 0 }),
      icmp(timeMs, monitor, world('203.0.113.1'), 0, { received: second % 2 === 0 ? 0 : 160 }),
    ]);
    assert.deepEqual(run(seen), []);
  });

  it('is medium for a little too much and critical for what takes a node down', () => {
    const severity = (received: number) =>
      run(steady(5, (at) => icmp(at, web, world('203.0.113.9'), 8, { received }))).at(2)?.finding.severity;
    assert.deepEqual([severity(500), severity(9000), severity(90_000)], ['medium', 'high', 'critical']);
  });

  it('is little sure of an address that many may share', () => {
    const found = run(steady(5, (at) => icmp(at, web, node, 8, { received: 4000 })));
    assert.equal(found[0]?.finding.evidence.sharedSource, true);
    assert.ok(found[0]!.finding.confidence <= 0.5);
  });
});
