import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hubbleBytes } from '../../testing/hubble-api.ts';
import { type TestFlow, testPod, testResponse } from '../../testing/hubble-flows.ts';
import { flowSighting } from './flow-sighting.ts';
import { flowsResponse } from './messages.ts';

const web = testPod('shop', 'web-1-a', '10.0.0.1', 40_000);
const api = testPod('shop', 'api-1-a', '10.0.0.2', 8080);
const AT = 1_800_000_000_123.5;

/** Over the wire: encoded as Hubble numbers its fields, decoded as we do. */
function sighted(part: Partial<TestFlow> = {}, change: (flow: Record<string, unknown>) => void = () => {}) {
  const response = testResponse({ from: web, to: api, atMs: AT, flags: 'S', ...part });
  change(response.flow as Record<string, unknown>);
  const { flow, nodeName = '' } = flowsResponse.decode(hubbleBytes('GetFlowsResponse', response));
  return flowSighting(flow ?? {}, nodeName);
}

test('a forwarded segment', () => {
  assert.deepEqual(sighted({ flags: 'SA', isReply: true }), {
    timeMs: AT,
    teller: 'n1|4|101|2',
    protocol: 'TCP',
    sourceIp: '10.0.0.1',
    targetIp: '10.0.0.2',
    sourcePort: 40_000,
    targetPort: 8080,
    flags: 0x12,
    isReply: true,
  });
});

test('what was dropped, and whether somebody meant it', () => {
  const dropOf = (dropReason: number, event?: number) => {
    const seen = sighted({ dropReason, ...(event === undefined ? {} : { event }) });
    return typeof seen === 'string' ? seen : [seen.drop?.cause, seen.drop?.reason];
  };
  assert.deepEqual(dropOf(133), ['policy', 'POLICY_DENIED']);
  assert.deepEqual(dropOf(181), ['policy', 'POLICY_DENY']);
  assert.deepEqual(dropOf(151), ['nowhere', 'STALE_OR_UNROUTABLE_IP']);
  assert.deepEqual(dropOf(155), ['other', 'CT_MAP_INSERTION_FAILED']);
  assert.deepEqual(dropOf(250), ['other', 'REASON_250']);
  const verdict = sighted({ event: 5 }, (flow) => Object.assign(flow, { verdict: 2 }));
  assert.deepEqual(typeof verdict === 'string' || verdict.drop, { cause: 'policy', reason: 'POLICY_DENIED' });
});

test('an audited or redirected packet went on', () => {
  for (const verdict of [4, 5, 6]) {
    const seen = sighted({}, (flow) => Object.assign(flow, { verdict }));
    assert.equal(typeof seen === 'object' && seen.drop, undefined);
  }
});

test('requests of applications, translations and errors are no packets', () => {
  assert.equal(
    sighted({}, (flow) => Object.assign(flow, { Type: 2 })),
    'not-a-packet',
  );
  assert.equal(
    sighted({}, (flow) => Object.assign(flow, { Type: 3 })),
    'not-a-packet',
  );
  for (const verdict of [3, 7])
    assert.equal(
      sighted({}, (flow) => Object.assign(flow, { verdict })),
      'not-a-packet',
    );
  assert.equal(
    sighted({}, (flow) => delete flow.l4),
    'incomplete',
  );
  assert.equal(
    sighted({}, (flow) => delete flow.IP),
    'incomplete',
  );
});

test('a service before its address is changed is left out, a pod that has a service is not', () => {
  const service = { destination_service: { name: 'api', namespace: 'shop' } };
  const toVip = (flow: Record<string, unknown>) => Object.assign(flow, service, { destination: { identity: 2 } });
  assert.equal(sighted({}, toVip), 'service-address');
  assert.equal(typeof sighted({}, (flow) => Object.assign(flow, service)), 'object');
});

test('the outside of a tunnel between nodes is left out', () => {
  const nodes = { source: { identity: 1 }, destination: { identity: 6 } };
  const tunnel = { protocol: 'UDP', to: { ...api, port: 8472 } } as const;
  assert.equal(
    sighted(tunnel, (flow) => Object.assign(flow, nodes)),
    'tunnel',
  );
  assert.equal(typeof sighted(tunnel), 'object', 'between pods it is a port like any other');
});

test('datagrams and ICMP of both families', () => {
  const seen = sighted({ protocol: 'UDP' });
  assert.deepEqual(typeof seen === 'string' || [seen.protocol, seen.targetPort, seen.flags], ['UDP', 8080, 0]);
  for (const [name, protocol] of [
    ['ICMPv4', 'ICMP'],
    ['ICMPv6', 'ICMPv6'],
  ] as const) {
    const ping = sighted({}, (flow) => Object.assign(flow, { l4: { [name]: { type: 8, code: 1 } } }));
    assert.deepEqual(typeof ping === 'string' || [ping.protocol, ping.sourcePort, ping.targetPort], [protocol, 8, 1]);
  }
});
