import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Flow } from '@netguard/core';
import { podEndpoint, sampleFlow } from '../testing/samples.ts';
import { type FilterFlag, FlowFilter, type NamespaceContext } from './flow-filter.ts';

/** `matches(flow, ['from-pod', 'shop/web'], 'not', ['port', '80'])`. */
function matches(
  flow: Flow,
  tokens: readonly ('not' | readonly [FilterFlag, string])[],
  context?: NamespaceContext,
): boolean {
  const filter = new FlowFilter();
  for (const token of tokens) {
    if (token === 'not') filter.negateNext();
    else filter.add(token[0], token[1], context);
  }
  filter.finish();
  return filter.matches(flow);
}

const flow = sampleFlow();

test('no filter lets everything pass', () => {
  assert.equal(matches(flow, []), true);
});

test('a pod is named by namespace and the beginning of its name, on one side or on either', () => {
  assert.equal(matches(flow, [['pod', 'shop/web']]), true);
  assert.equal(matches(flow, [['pod', 'shop/api']]), true);
  assert.equal(matches(flow, [['from-pod', 'shop/web']]), true);
  assert.equal(matches(flow, [['to-pod', 'shop/web']]), false);
  assert.equal(matches(flow, [['pod', 'other/web']]), false);
  assert.equal(matches(flow, [['pod', 'shop/eb-1']]), false);
});

test('a pod without a namespace is one of default, of -n, or with -A of any, as in Hubble', () => {
  assert.equal(matches(flow, [['pod', 'web']]), false);
  assert.equal(matches(flow, [['pod', 'web']], { namespace: 'shop' }), true);
  assert.equal(matches(flow, [['pod', 'web']], { allNamespaces: true }), true);
});

test('values of one flag are alternatives, different flags must all hold', () => {
  assert.equal(
    matches(flow, [
      ['port', '1'],
      ['port', '8080'],
    ]),
    true,
  );
  assert.equal(
    matches(flow, [
      ['port', '8080'],
      ['verdict', 'DROPPED'],
    ]),
    false,
  );
  assert.equal(
    matches(flow, [
      ['port', '8080'],
      ['verdict', 'forwarded'],
    ]),
    true,
  );
});

test('flags after --not leave out what they match together, the others stay', () => {
  assert.equal(matches(flow, ['not', ['to-port', '8080']]), false);
  assert.equal(matches(flow, ['not', ['to-port', '80']]), true);
  assert.equal(matches(flow, ['not', ['to-port', '8080'], 'not', ['verdict', 'DROPPED']]), true);
  assert.equal(matches(flow, [['namespace', 'shop'], 'not', ['to-port', '8080']]), false);
});

test('--not at the end is an error', () => {
  assert.throws(() => matches(flow, ['not']), { code: 'NG_ERR_CLI_USAGE' });
});

test('addresses match exactly or by range, in IPv4 and IPv6', () => {
  assert.equal(matches(flow, [['ip', '10.0.0.3']]), true);
  assert.equal(matches(flow, [['from-ip', '10.0.0.3']]), false);
  assert.equal(matches(flow, [['to-ip', '10.0.0.0/24']]), true);
  assert.equal(matches(flow, [['ip', '10.1.0.0/16']]), false);
  const six = sampleFlow({
    source: podEndpoint('web-1', { ip: 'fd00::2' }),
    destination: podEndpoint('b', { ip: 'fd00::3' }),
  });
  assert.equal(matches(six, [['ip', 'fd00:0::/64']]), true);
  assert.equal(matches(six, [['from-ip', 'fd00:0:0::2']]), true);
  assert.equal(matches(six, [['ip-version', 'v6']]), true);
  assert.equal(matches(flow, [['ip-version', 'v6']]), false);
});

test('protocols, also of one address family, and verdicts go in any case', () => {
  assert.equal(matches(flow, [['protocol', 'TCP']]), true);
  assert.equal(matches(sampleFlow({ protocol: 'ICMP' }), [['protocol', 'icmpv4']]), true);
  assert.equal(matches(sampleFlow({ protocol: 'ICMP' }), [['protocol', 'icmpv6']]), false);
});

test('services, workloads, types, directions, ids and nodes are matched', () => {
  const named = sampleFlow({ destination: { ip: '10.96.0.1', kind: 'service', namespace: 'shop', service: 'api' } });
  assert.equal(matches(named, [['to-service', 'shop/ap']]), true);
  assert.equal(matches(flow, [['workload', 'web']]), true);
  assert.equal(matches(flow, [['to-workload', 'statefulset/api']]), true);
  assert.equal(matches(flow, [['to-workload', 'Deployment/api']]), false);
  assert.equal(matches(sampleFlow({ verdict: 'DROPPED' }), [['type', 'drop']]), true);
  assert.equal(matches(flow, [['type', 'drop']]), false);
  assert.equal(matches(flow, [['traffic-direction', 'ingress']]), true);
  assert.equal(matches(flow, [['uuid', 'flow-1']]), true);
  assert.equal(matches(flow, [['node-name', 'node-*']]), true);
  assert.equal(matches(flow, [['node-name', 'cluster/node-b']]), false);
});

test('what only Cilium can tell is refused by name, what is misspelt is a usage error', () => {
  const refused: [FilterFlag, string][] = [
    ['protocol', 'http'],
    ['verdict', 'AUDIT'],
    ['type', 'l7'],
  ];
  for (const token of refused)
    assert.throws(() => matches(flow, [token]), { code: 'NG_ERR_CLI_REFUSED_FLAG', exitStatus: 2 });
  const wrong: [FilterFlag, string][] = [
    ['protocol', 'tpc'],
    ['port', '70000'],
    ['port', 'http'],
    ['ip', '10.0.0'],
    ['ip', '10.0.0.0/33'],
    ['ip-version', 'v5'],
  ];
  for (const token of wrong) assert.throws(() => matches(flow, [token]), { code: 'NG_ERR_CLI_USAGE' }, token.join(' '));
});
