import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue, countedTwice, unknownNames } from './catalogue.ts';
import { ask, substituted } from './promql.ts';

const known = catalogue();

for (const [expression, unknown] of [
  ['sum by (namespace) (rate(netguard_pod_receive_bytes_total{protocol="TCP"}[1m]))', []],
  ['netguard_pod_received_bytes_total', ['netguard_pod_received_bytes_total']],
  ['netguard_alerts_open{severty="high"}', ['netguard_alerts_open{severty}']],
  ['sum by (workload) (netguard_alerts_open)', ['netguard_alerts_open{workload}']],
  ['netguard_alerts_open and on (pod) up', ['netguard_alerts_open|up{pod}']],
  ['netguard_tcp_rtt_seconds', ['netguard_tcp_rtt_seconds']],
  ['histogram_quantile(0.9, sum by (le) (rate(netguard_tcp_rtt_seconds_bucket[1m])))', []],
  ['sum by (to) (label_replace(up, "to", "$1", "job", "(.*)"))', []],
  ['{__name__=~"up|down"}', ['down']],
] as const) {
  test(`names that are not there in ${expression}: ${unknown.length}`, () => {
    assert.deepEqual(unknownNames(expression, known), unknown);
  });
}

for (const [expression, count] of [
  ['rate(netguard_edge_bytes_total[1m])', 1],
  ['rate(netguard_edge_bytes_total{reporter=~".*"}[1m])', 1],
  ['rate(netguard_edge_bytes_total{reporter="client"}[1m])', 0],
  [
    'sum(rate(netguard_edge_bytes_total{reporter="client"}[1m]) or rate(netguard_edge_bytes_total{reporter="server"}[1m]))',
    1,
  ],
  [
    'netguard_edge_bytes_total{reporter="server"} or (netguard_edge_bytes_total{reporter="client"} unless on (protocol) netguard_edge_bytes_total{reporter="server"})',
    0,
  ],
] as const) {
  test(`connections that could count twice in ${expression.slice(0, 70)}: ${count}`, () => {
    assert.equal(countedTwice(expression).length, count);
  });
}

test('what is no PromQL is refused with its place', () => {
  for (const expression of ['sum(up', 'rate(up[$__rate_interval])', 'up{', 'up ==', '']) {
    assert.throws(() => ask(expression), /no PromQL at \d+/, expression);
  }
  assert.doesNotThrow(() => ask(substituted('rate(up{job=~"$node"}[$__rate_interval])')));
});
