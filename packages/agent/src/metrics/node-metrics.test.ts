import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Endpoint, OTHER_ENDPOINT } from '@netguard/core';
import { KUBERNETES_OFF } from '../kubernetes/kubernetes-status.ts';
import { NodeState } from '../state/node-state.ts';
import { parseExposition, seriesValue } from '../testing/exposition.ts';
import {
  alert,
  edge,
  hubbleStatus,
  listenerRow,
  podEndpoint,
  START_MS,
  sourceStatus,
  tick,
  total,
} from '../testing/samples.ts';
import { testConfig } from '../testing/settings.ts';
import type { Tick } from '../worker/messages.ts';
import { NodeMetrics } from './node-metrics.ts';

const EXEMPLARS = [
  { bucket: 3, flowId: '4711.1', seconds: 0.004, timeMs: START_MS + 250 },
  { bucket: 9, flowId: '4712.1', seconds: 1.25, timeMs: START_MS },
];

const SHARED = { namespace: 'shop', workload: 'web' };

const BEACON = {
  id: 'beacon',
  mode: 'observe',
  parameters: {},
  namespaces: {},
  errors: 0,
  yielded: 0,
  suppressed: 0,
  entries: 0,
  capacity: 1,
  evicted: 0,
} as const;

function newNode(metrics: Partial<ReturnType<typeof testConfig>['metrics']> = {}) {
  const clock = { ms: START_MS };
  const config = testConfig();
  const state = new NodeState({
    config: { ...config, metrics: { ...config.metrics, ...metrics } },
    version: '1.2.3',
    now: () => clock.ms,
  });
  const node = new NodeMetrics(state);
  const at = (seconds: number, overrides: Partial<Tick>) => {
    clock.ms = START_MS + seconds * 1000;
    state.apply({ type: 'tick', tick: tick(clock.ms, overrides) });
  };
  const scrape = async () => parseExposition((await node.expose(undefined)).body);
  return { state, node, at, scrape };
}

const RULES = {
  loaded: 10_875,
  refused: 66,
  disabled: 0,
  superseded: 365,
  refusedBy: [{ keyword: 'flags', rules: 33 }],
  files: 24,
  engine: 'Vectorscan 5.4.11',
  compileMs: 900,
  loadedAt: '2026-01-01T00:00:00.000Z',
};

/** One message of each kind, so that every metric has a sample. */
function feedEverything({ state, at }: ReturnType<typeof newNode>): void {
  const web = podEndpoint('web-1');
  state.identityReadMs = START_MS;
  const pager = { name: 'pager', sent: 3, failures: 2, dropped: 1, leftOut: 4, spooledBytes: 4096 };
  state.sinks = { views: () => [], figures: () => [pager] };
  const feodo = { name: 'feodo', entries: 7, lastSuccessMs: START_MS };
  state.intel = { views: () => [], test: () => assert.fail(), figures: () => [feodo] };
  const dropped = { room: 3, age: 0, busy: 0, error: 0 };
  state.evidence = {
    forAlert: () => assert.fail(),
    redact: () => assert.fail(),
    figures: () => ({ samples: 2, bytes: 700, files: 1, dropped, damaged: 0 }),
  };
  state.rules = RULES;
  state.apply({ type: 'started', status: sourceStatus });
  state.apply({ type: 'edges', edges: [edge()] });
  state.apply({ type: 'alert', event: { type: 'open', alert: alert('a') }, delayMs: 40 });
  at(1, {
    totals: [total(web, 1000)],
    listeners: [listenerRow(web, 10)],
    drops: [{ endpoint: web, reason: 'NO_SOCKET', packets: 2 }],
    lost: { sock_ring: 1 },
    payload: { inspected: 3, excluded: 1, unnamed: 0 },
    programs: [{ name: 'ng_tcp_state', attached: true, runs: 7, seconds: 0.25 }],
    rtt: [{ ...SHARED, buckets: [1, 0, 0, 2, 0, 0, 0, 0, 0, 1], sumSeconds: 1.5, exemplars: EXEMPLARS }],
    retransmits: [{ ...SHARED, segments: 4 }],
    dns: [
      { ...SHARED, kind: 'queries', what: 'AAAA', count: 6 },
      { ...SHARED, kind: 'responses', what: 'NXDOMAIN', count: 5 },
    ],
    hubble: hubbleStatus({ unavailableNodes: ['n1'] }),
    detectors: [{ ...BEACON, unavailable: 'no bytes' }],
  });
}

test('every value is where the contract says', async () => {
  const node = newNode();
  feedEverything(node);
  const families = await node.scrape();
  const value = (name: string, labels: Record<string, string> = {}) => seriesValue(families, name, labels);
  const pod = { namespace: 'shop', pod: 'web-1', protocol: 'TCP' };
  assert.equal(value('netguard_pod_receive_bytes_total', pod), 1000);
  assert.equal(value('netguard_pod_transmit_bytes_total', pod), 2000);
  assert.equal(value('netguard_pod_receive_packets_total', pod), 10);
  assert.equal(value('netguard_pod_transmit_packets_total', pod), 20);
  const ends = {
    source_namespace: 'shop',
    source_workload: 'web',
    destination_namespace: 'data',
    destination_workload: 'db',
    destination_service: '',
    destination_port: '5432',
    protocol: 'TCP',
    reporter: 'server',
  };
  assert.equal(value('netguard_edge_bytes_total', { ...ends, direction: 'request' }), 10);
  assert.equal(value('netguard_edge_bytes_total', { ...ends, direction: 'response' }), 20);
  assert.equal(value('netguard_edge_connections_total', { ...ends, result: 'established' }), 3);
  assert.equal(value('netguard_tcp_rtt_seconds_bucket', { ...SHARED, le: '0.0001' }), 1);
  assert.equal(value('netguard_tcp_rtt_seconds_bucket', { ...SHARED, le: '0.005' }), 3);
  assert.equal(value('netguard_tcp_rtt_seconds_count', SHARED), 4);
  assert.equal(value('netguard_tcp_rtt_seconds_sum', SHARED), 1.5);
  assert.equal(value('netguard_tcp_retransmitted_segments_total', SHARED), 4);
  assert.equal(value('netguard_dns_queries_total', { ...SHARED, qtype: 'AAAA' }), 6);
  assert.equal(value('netguard_dns_responses_total', { ...SHARED, rcode: 'NXDOMAIN' }), 5);
  assert.equal(value('netguard_dropped_packets_total', { ...SHARED, reason: 'NO_SOCKET' }), 2);
  assert.equal(value('netguard_listener_syns_total', { ...SHARED, port: '80' }), 10);
  assert.equal(value('netguard_listener_accepted_total', { ...SHARED, port: '80' }), 10);
  const alerts = { rule: 'syn-flood', severity: 'high', namespace: 'shop' };
  assert.equal(value('netguard_alerts_total', alerts), 1);
  assert.equal(value('netguard_alerts_open', alerts), 1);
  assert.equal(value('netguard_detection_delay_seconds_bucket', { rule: 'syn-flood', le: '0.01' }), 0);
  assert.equal(value('netguard_detection_delay_seconds_bucket', { rule: 'syn-flood', le: '0.05' }), 1);
  assert.equal(value('netguard_lost_events_total', { source: 'sock_ring' }), 1);
  assert.equal(value('netguard_bpf_map_entries', { map: 'ng_listeners' }), 3);
  assert.equal(value('netguard_bpf_map_capacity', { map: 'ng_listeners' }), 4096);
  assert.equal(value('netguard_bpf_program_attached', { program: 'ng_tcp_state' }), 1);
  assert.equal(value('netguard_bpf_program_runs_total', { program: 'ng_tcp_state' }), 7);
  assert.equal(value('netguard_bpf_program_seconds_total', { program: 'ng_tcp_state' }), 0.25);
  assert.equal(value('netguard_evidence_bytes'), 700);
  assert.equal(value('netguard_evidence_dropped_total', { reason: 'room' }), 3);
  assert.equal(value('netguard_rules', { state: 'loaded' }), 10_875);
  assert.equal(value('netguard_rules', { state: 'refused' }), 66);
  assert.equal(value('netguard_rules_last_load_timestamp_seconds'), 1_767_225_600);
  assert.equal(value('netguard_unresolved_endpoints_total'), 0);
  assert.equal(value('netguard_identity_age_seconds'), 1);
  assert.equal(value('netguard_config_last_reload_successful'), 1);
  assert.equal(value('netguard_hubble_connected'), 1);
  assert.equal(value('netguard_hubble_flows_total'), 500);
  assert.equal(value('netguard_hubble_flows_repeated_total'), 300);
  assert.equal(value('netguard_hubble_unavailable_nodes'), 1);
  assert.equal(value('netguard_detector_unavailable', { rule: 'beacon' }), 1);
  assert.equal(value('netguard_build_info', { version: '1.2.3' }), 1);
  assert.ok((value('process_resident_memory_bytes') ?? 0) > 0);
  assert.ok(value('nodejs_eventloop_lag_p99_seconds') !== undefined);
});

test('program run times are absent, not zero, while the kernel does not measure them', async () => {
  const node = newNode();
  node.at(0, {});
  const families = await node.scrape();
  assert.equal(families.get('netguard_bpf_program_runs_total')?.samples.length, 0);
  assert.equal(families.get('netguard_bpf_program_seconds_total')?.samples.length, 0);
});

test('both formats are valid and say the same, in whatever order they are asked for', async () => {
  const node = newNode();
  feedEverything(node);
  const accept = 'application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
  for (let round = 0; round < 2; round++) {
    const open = await node.node.expose(accept);
    assert.equal(open.contentType, 'application/openmetrics-text; version=1.0.0; charset=utf-8');
    const openFamilies = parseExposition(open.body, 'openmetrics');
    const text = await node.node.expose('text/plain');
    assert.equal(text.contentType, 'text/plain; version=0.0.4; charset=utf-8');
    const textFamilies = parseExposition(text.body);
    const stable = (families: typeof textFamilies) =>
      [...families.values()]
        .flatMap(({ samples }) => samples.map(({ exemplar: _exemplar, ...sample }) => sample))
        .filter(({ name }) => name.startsWith('netguard_'));
    assert.deepEqual(stable(openFamilies), stable(textFamilies));
    assert.ok(openFamilies.has('netguard_pod_receive_bytes') && textFamilies.has('netguard_pod_receive_bytes_total'));
  }
});

test('OpenMetrics shows by an exemplar which flow fell into a bucket, the plain format does not', async () => {
  const { node, at, ...rest } = newNode();
  feedEverything({ node, at, ...rest });
  const shown = async (accept: string, format: 'text' | 'openmetrics') =>
    parseExposition((await node.expose(accept)).body, format)
      .get('netguard_tcp_rtt_seconds')
      ?.samples.flatMap(({ labels, exemplar }) => (exemplar ? [[labels.le, exemplar.labels, exemplar.value]] : []));
  const open = 'application/openmetrics-text';
  const first = ['+Inf', { flow_id: '4712.1' }, 1.25];
  assert.deepEqual(await shown(open, 'openmetrics'), [['0.005', { flow_id: '4711.1' }, 0.004], first]);
  assert.deepEqual(await shown('text/plain', 'text'), []);
  assert.match((await node.expose(open)).body, / # \{flow_id="4711\.1"\} 0\.004 \d+\.25\n/);

  // The latest one of a bucket replaces it, one of another bucket is refused, the rest stay.
  const exemplars = [
    { bucket: 3, flowId: '4713.1', seconds: 0.002, timeMs: START_MS + 2000 },
    { bucket: 9, flowId: '4714.1', seconds: 0.5, timeMs: START_MS + 2000 },
  ];
  at(2, { rtt: [{ ...SHARED, buckets: [0, 0, 0, 1], sumSeconds: 0.002, exemplars }] });
  assert.deepEqual(await shown(open, 'openmetrics'), [['0.005', { flow_id: '4713.1' }, 0.002], first]);
});

test('names and labels in docs/reference/metrics.md are those of the code', async () => {
  const node = newNode();
  node.state.kubernetes = {
    status: () => KUBERNETES_OFF,
    sentences: () => [],
    restarts: () => [['pods', 2]],
    policies: () => null,
  };
  feedEverything(node);
  const families = await node.scrape();
  const actual = new Map<string, string>();
  for (const [name, { type, samples }] of families) {
    const labels = Object.keys(samples[0]?.labels ?? {}).filter((label) => label !== 'le');
    actual.set(name, `${type}: ${labels.sort().join(', ')}`);
  }
  const page = readFileSync(new URL('../../../../docs/reference/metrics.md', import.meta.url), 'utf8');
  const documented = new Map<string, string>();
  for (const [, name = '', type, labels = ''] of page.matchAll(/^\| `([a-z0-9_]+)` \| (\w+) \| (.*?) \|/gm)) {
    const words = Array.from(labels.matchAll(/`(\w+)`/g), ([, label = '']) => label);
    documented.set(name, `${type}: ${words.sort().join(', ')}`);
  }
  assert.deepEqual(Object.fromEntries([...documented].sort()), Object.fromEntries([...actual].sort()));
});

test('hostile names cannot break the exposition or make two series of one', async () => {
  const names = [
    '"} 1\nevil_total 1',
    'back\\slash\\',
    'a\nb',
    'c\rd',
    '\u2028\u0000\u001b[31m',
    '\ud800 lone surrogate',
    'x'.repeat(100_000),
    '',
    '__proto__',
    'constructor',
    'a,pod:b',
    '💥',
  ];
  const node = newNode();
  for (const [index, name] of names.entries()) {
    const endpoint: Endpoint = { ip: '', kind: 'pod', namespace: name, pod: name, workload: { kind: 'x', name } };
    node.at(index, {
      totals: [total(endpoint, 5)],
      drops: [{ endpoint, reason: name, packets: 1 }],
      listeners: [listenerRow(endpoint, 1)],
      rtt: [{ namespace: name, workload: name, buckets: [1], sumSeconds: 1 }],
      lost: { [name]: 1 },
    });
    node.state.apply({ type: 'edges', edges: [edge({ source: endpoint, destination: endpoint })] });
    const hostile = alert(`id${index}`, { rule: name, target: endpoint });
    node.state.apply({ type: 'alert', event: { type: 'open', alert: hostile }, delayMs: Number.NaN });
  }
  for (const [accept, format] of [
    ['text/plain', 'text'],
    ['application/openmetrics-text', 'openmetrics'],
  ] as const) {
    const families = parseExposition((await node.node.expose(accept)).body, format);
    const key = format === 'text' ? 'netguard_pod_receive_bytes_total' : 'netguard_pod_receive_bytes';
    assert.equal(families.get(key)?.samples.length, names.length);
    assert.equal(
      seriesValue(families, 'netguard_pod_receive_bytes_total', { pod: '"} 1\nevil_total 1'.replace('\n', '\ufffd') }),
      5,
    );
    assert.ok(!families.has('evil_total'));
  }
});

test('pods over the cap count in other by protocol, and no counter ever falls while pods come and go', async () => {
  const node = newNode({ maxSeriesPerMetric: 10, seriesGraceSeconds: 5 });
  let before = await node.scrape();
  let bytesEver = 0;
  for (let round = 0; round < 40; round++) {
    const totals = Array.from({ length: 15 }, (_, index) =>
      total(podEndpoint(`web-${round * 5 + index}`), (round + 1) * 100, { cgroupId: round * 5 + index }),
    );
    node.at(round * 3, { totals });
    const now = await node.scrape();
    const series = now.get('netguard_pod_receive_bytes_total')?.samples ?? [];
    assert.ok(series.length <= 11, `${series.length} series`);
    for (const { labels, value } of before.get('netguard_pod_receive_bytes_total')?.samples ?? []) {
      const later = seriesValue(now, 'netguard_pod_receive_bytes_total', labels);
      if (labels.pod === 'other') assert.ok(later !== undefined, 'other stays');
      if (later !== undefined) assert.ok(later >= value, `${labels.pod} fell from ${value} to ${later}`);
    }
    before = now;
    bytesEver =
      seriesValue(now, 'netguard_pod_receive_bytes_total', { namespace: 'other', pod: 'other', protocol: 'TCP' }) ?? 0;
  }
  assert.ok(bytesEver > 0);
});

test('nothing is lost to the cap: named series and other add up to the traffic', async () => {
  const node = newNode({ maxSeriesPerMetric: 10 });
  for (const second of [0, 1, 2]) {
    const totals = Array.from({ length: 100 }, (_, index) =>
      total(podEndpoint(`web-${index}`), second * 10, { cgroupId: index }),
    );
    node.at(second, { totals });
  }
  const samples = (await node.scrape()).get('netguard_pod_receive_bytes_total')?.samples ?? [];
  assert.equal(
    samples.reduce((sum, { value }) => sum + value, 0),
    100 * 20,
  );
  node.at(11, {});
  assert.match(node.state.degraded().join(), /netguard_pod_\*_total.*metrics\.maxSeriesPerMetric/);
});

test('the series of a pod go after the grace time, those of its living workload stay', async () => {
  const node = newNode({ seriesGraceSeconds: 300 });
  const drops = [{ endpoint: podEndpoint('web-1'), reason: 'NO_SOCKET', packets: 2 }];
  node.at(0, { totals: [total(podEndpoint('web-1'), 10), total(podEndpoint('web-2'), 10)], drops });
  for (let second = 10; second <= 290; second += 10)
    node.at(second, { totals: [total(podEndpoint('web-2'), 10 + second)] });
  assert.equal(seriesValue(await node.scrape(), 'netguard_pod_receive_bytes_total', { pod: 'web-1' }), 10);
  for (let second = 300; second <= 400; second += 10)
    node.at(second, { totals: [total(podEndpoint('web-2'), 10 + second)] });
  const families = await node.scrape();
  assert.equal(seriesValue(families, 'netguard_pod_receive_bytes_total', { pod: 'web-1' }), undefined);
  assert.equal(seriesValue(families, 'netguard_pod_receive_bytes_total', { pod: 'web-2' }), 410);
  assert.equal(seriesValue(families, 'netguard_dropped_packets_total', SHARED), 2);
});

test('a listener that closed takes its series with it, one that is idle keeps it', async () => {
  const node = newNode({ seriesGraceSeconds: 300 });
  const totals = [total(podEndpoint('web-1'), 10)];
  const idle = listenerRow(podEndpoint('web-1'), 7);
  node.at(0, { totals, listeners: [idle, listenerRow(podEndpoint('web-1'), 9, { port: 40_001 })] });
  for (let second = 10; second <= 400; second += 10) node.at(second, { totals, listeners: [idle] });
  const families = await node.scrape();
  assert.equal(seriesValue(families, 'netguard_listener_syns_total', { port: '80' }), 7);
  assert.equal(seriesValue(families, 'netguard_listener_syns_total', { port: '40001' }), undefined);
});

test('rows of drops and retransmits that come long after their pod do not keep its series', async () => {
  const node = newNode({ seriesGraceSeconds: 300 });
  const late = {
    drops: [{ endpoint: podEndpoint('web-1'), reason: 'NO_SOCKET', packets: 2 }],
    retransmits: [{ ...SHARED, segments: 4 }],
  };
  node.at(0, { totals: [total(podEndpoint('web-1'), 10)], ...late });
  for (let second = 10; second <= 700; second += 10) node.at(second, late);
  const families = await node.scrape();
  assert.equal(seriesValue(families, 'netguard_dropped_packets_total', SHARED), undefined);
  assert.equal(seriesValue(families, 'netguard_tcp_retransmitted_segments_total', SHARED), undefined);
});

test('edges that were summed before they came count in other, which never goes', async () => {
  const node = newNode({ seriesGraceSeconds: 1 });
  const summed = edge({
    source: structuredClone(OTHER_ENDPOINT),
    destination: structuredClone(OTHER_ENDPOINT),
    port: 0,
  });
  node.state.apply({ type: 'edges', edges: [summed] });
  node.at(1000, {});
  node.at(2000, {});
  const families = await node.scrape();
  const labels = { source_workload: 'other', destination_port: 'other', direction: 'request', reporter: 'server' };
  assert.equal(seriesValue(families, 'netguard_edge_bytes_total', labels), 10);
  assert.deepEqual(node.state.degraded(), []);
});

test('alerts restored at the start are open without having been opened; a resolved one falls to zero', async () => {
  const node = newNode();
  node.state.restoreAlerts([alert('old')]);
  const labels = { rule: 'syn-flood', severity: 'high', namespace: 'shop' };
  let families = await node.scrape();
  assert.equal(seriesValue(families, 'netguard_alerts_open', labels), 1);
  node.state.apply({
    type: 'alert',
    event: { type: 'resolve', alert: alert('old', { status: 'resolved' }) },
    delayMs: 0,
  });
  families = await node.scrape();
  assert.equal(seriesValue(families, 'netguard_alerts_open', labels), 0);
  assert.equal(seriesValue(families, 'netguard_alerts_total', labels), 0);
});

test('a service address is a service without workload; the world is one workload', async () => {
  const node = newNode();
  const service: Endpoint = { ip: '10.96.0.7', kind: 'service', namespace: 'data', service: 'db' };
  const world: Endpoint = { ip: '203.0.113.9', kind: 'world' };
  node.state.apply({
    type: 'edges',
    edges: [edge({ destination: service, reporter: 'client' }), edge({ destination: world })],
  });
  const families = await node.scrape();
  const toService = { destination_service: 'db', destination_workload: '', destination_namespace: 'data' };
  assert.equal(seriesValue(families, 'netguard_edge_connections_total', toService), 3);
  assert.equal(seriesValue(families, 'netguard_edge_connections_total', { destination_workload: 'world' }), 3);
});

test('ten thousand pods can be scraped', async () => {
  const node = newNode({ maxSeriesPerMetric: 20_000 });
  node.at(0, { totals: Array.from({ length: 10_000 }, (_, index) => total(podEndpoint(`web-${index}`), index)) });
  const families = await node.scrape();
  assert.equal(families.get('netguard_pod_receive_bytes_total')?.samples.length, 10_000);
});
