import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../alert/alert.ts';
import { LearningStore } from '../../learn/learning-store.ts';
import { pod, world } from '../../learn/sample-traffic.ts';
import type { ApplicationFacts, DnsFacts } from '../../payload/facts.ts';
import { clientHello, httpRequest, said, sshBanner, unknownPayload } from '../application-observations.ts';
import { type DetectorContext, detectorContext, unknownCluster } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { play, type Seen, START_MS } from '../scenario.ts';
import { protocolAnomaly } from './protocol-anomaly.ts';
import { intruder, outside, ssh } from './scenarios.ts';

const LEARNED_MS = START_MS + 120_000;

function run(seen: readonly Seen[], known: Partial<DetectorContext> = {}): Finding[] {
  const set = new DetectorSet({
    context: detectorContext({ nameAddress: world, ...known }),
    detectors: [protocolAnomaly],
  });
  const found = play(set, seen, (seen.at(-1)?.observation.timeMs ?? START_MS) + 90_000);
  assert.deepEqual(
    set.status().map(({ lastError }) => lastError),
    [undefined],
  );
  return found.map(({ finding }) => finding);
}

const shapes = (seen: readonly Seen[], known: Partial<DetectorContext> = {}) => [
  ...new Set(run(seen, known).map(({ severity, evidence }) => `${severity} ${evidence.form} ${evidence.protocol}`)),
];
const say = (facts: ApplicationFacts, port: number, more: Partial<Parameters<typeof said>[0]> = {}): Seen[] => [
  said({ atMs: START_MS, client: intruder, server: outside, by: 'client', facts, port, ...more }),
];
const query: DnsFacts = {
  protocol: 'dns',
  message: 'query',
  id: 1,
  opcode: 0,
  rcode: 0,
  truncated: false,
  questions: [{ name: 'example.com', type: 1, class: 1 }],
  answers: [],
  authorities: [],
  additionals: [],
  messageBytes: 40,
  bytes: new Uint8Array(0),
};
/** A store in which the workload has learned by `LEARNED_MS`. */
function learned(): LearningStore {
  const learning = new LearningStore({ learningMs: 60_000, maxWorkloads: 10 });
  for (const atMs of [START_MS - 1000, LEARNED_MS - 1000]) learning.learn('shop/Deployment/web', 'is there', atMs);
  assert.equal(learning.progress('shop/Deployment/web', LEARNED_MS), 1);
  return learning;
}

describe('protocol-anomaly', () => {
  it('finds SSH on the port of HTTPS towards the world, once', () => {
    const found = run([...ssh(443), ...ssh(443, outside, intruder, START_MS + 200_000)]);
    assert.deepEqual([found[0]?.severity, found[0]?.evidence.expected], ['medium', ['tls']]);
    assert.deepEqual([found[0]?.source?.workload?.name, found[0]?.target?.port], ['web', 443]);
    assert.ok(found.length <= 62, `${found.length}: the second time it is known`);
  });

  it('finds HTTP on the port of DNS, and DNS on ports of others', () => {
    assert.deepEqual(shapes(say(httpRequest(), 53)), ['medium wrong-protocol http']);
    assert.deepEqual(shapes(say(query, 5300, { transport: 'UDP' })), ['medium odd-port dns']);
    assert.deepEqual(shapes(say(query, 443, { transport: 'UDP' })), ['medium wrong-protocol dns']);
    for (const port of [53, 5353, 5355, 137])
      assert.deepEqual(shapes(say(query, port, { transport: 'UDP' })), [], `${port}`);
  });

  it('is silent on answers from odd ports that nobody asked for: those are a flood’s', () => {
    const answer: DnsFacts = { ...query, message: 'response' };
    assert.deepEqual(shapes(say(answer, 22_966, { transport: 'UDP', by: 'server' })), []);
    assert.deepEqual(shapes(say(answer, 22_966, { transport: 'UDP' })), []);
  });

  it('leaves resolvers their ports', () => {
    const cluster = { ...unknownCluster, isResolver: ({ ip }: { ip: string }) => ip === outside.ip };
    assert.deepEqual(shapes(say(query, 5300, { transport: 'UDP' }), { cluster }), []);
  });

  it('says of the cluster, and of what is mild, only what is new to a workload that has learned, and as low', () => {
    const inside = (atMs: number) => say(sshBanner(), 443, { atMs, server: pod('bastion') });
    assert.deepEqual(shapes(inside(START_MS)), []);
    assert.deepEqual(shapes(inside(LEARNED_MS), { learning: learned() }), ['low wrong-protocol ssh']);
    const learning = new LearningStore({ learningMs: 60_000, maxWorkloads: 10 });
    assert.deepEqual(shapes([...inside(START_MS), ...inside(LEARNED_MS)], { learning }), [], 'seen while it learned');
    const plain = (atMs: number) => say(httpRequest(), 443, { atMs });
    assert.deepEqual(shapes(plain(START_MS)), []);
    assert.deepEqual(shapes(plain(LEARNED_MS), { learning: learned() }), ['low wrong-protocol http']);
  });

  it('finds what nobody knows on a port of TLS, but not the middle of a TLS connection, nor datagrams', () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, at) => (at * 73 + 5) & 255);
    const known = { learning: learned() };
    const atMs = LEARNED_MS;
    assert.deepEqual(shapes(say(unknownPayload('request', bytes), 443, { atMs }), known), [
      'low unknown-protocol unknown',
    ]);
    const inside = Uint8Array.from([0x17, 3, 3, 0, 95, ...bytes]);
    assert.deepEqual(shapes(say(unknownPayload('request', inside), 443, { atMs }), { learning: learned() }), []);
    assert.deepEqual(shapes(say(unknownPayload('request', 'hm'), 443, { atMs }), { learning: learned() }), []);
    const datagram = say(unknownPayload('request', bytes), 443, { atMs, transport: 'UDP' });
    assert.deepEqual(shapes(datagram, { learning: learned() }), []);
  });

  it('is silent on any protocol on ports that are anybody’s', () => {
    for (const port of [2222, 3333, 8080, 8443, 30_022]) {
      assert.deepEqual(shapes(say(sshBanner(), port)), []);
      assert.deepEqual(shapes(say(clientHello('example.com'), port)), []);
    }
  });

  it('is the client’s, also where the server’s end tells of it: both are of this node, and the server spoke first', () => {
    const [first] = run(say(sshBanner(), 443, { reporter: 'server', by: 'server' }));
    assert.deepEqual([first?.source?.workload?.name, first?.target?.ip, first?.target?.port], ['web', outside.ip, 443]);
  });

  it('is silent on what strangers ask a server, and within a pod', () => {
    assert.deepEqual(shapes(say(sshBanner(), 443, { client: outside, server: intruder, reporter: 'server' })), []);
    assert.deepEqual(shapes(say(sshBanner(), 443, { server: { ip: '127.0.0.1', kind: 'process' } })), []);
  });

  it('finds requests as implants send them, and no ordinary ones', () => {
    const cookie = 'dGhpcyBpcyBhIHNlc3Npb24gb2YgYW4gaW1wbGFudCBhbmQgbm90aGluZyBlbHNl';
    const headers = (...list: [string, string][]) => httpRequest({ headers: list });
    const checkIn = headers(['Accept', '*/*'], ['Cookie', cookie], ['Host', '203.0.113.22']);
    assert.deepEqual(shapes(say(checkIn, 80)), ['low http-shape http']);
    assert.deepEqual(shapes(say(checkIn, 4443)), ['medium http-shape http']);
    const body = Uint8Array.from({ length: 200 }, (_, at) => (at * 89 + 140) & 255);
    const post = httpRequest({ method: 'POST', headers: [['Host', '203.0.113.22:7080']], body });
    assert.deepEqual(shapes(say(post, 7080)), ['medium http-shape http']);
    const metrics = httpRequest({
      method: 'POST',
      headers: [
        ['Host', '203.0.113.22:9090'],
        ['User-Agent', 'Prometheus/2.50'],
        ['Content-Type', 'application/x-protobuf'],
        ['X-A', '1'],
      ],
      body,
    });
    assert.deepEqual(shapes(say(metrics, 9090)), []);
    assert.deepEqual(
      shapes(say(headers(['Host', '203.0.113.22'], ['User-Agent', 'curl/8'], ['Accept', '*/*']), 9999)),
      [],
    );
    assert.deepEqual(shapes(say(httpRequest(), 80)), []);
  });
});
