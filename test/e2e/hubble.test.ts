/**
 * `netguard run` on the flows of a Hubble relay, as an ordinary user. The relay is a double that speaks the same API over gRPC
 * (packages/agent/src/testing/hubble-relay-double.ts); no Cilium is here.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { DetectorView, DropRow, StatusResponse } from '@netguard/agent';
import type { Alert, Flow } from '@netguard/core';
import {
  POINT,
  type TestEnd,
  testConnection,
  testPod,
  testResponse,
  testWorld,
} from '../../packages/agent/src/testing/hubble-flows.ts';
import { RelayDouble } from '../../packages/agent/src/testing/hubble-relay-double.ts';
import { Agent } from './support/agent.ts';
import { Background } from './support/background.ts';
import { netguard, netguardCommand, told } from './support/command.ts';
import { getJson, httpGet } from './support/http.ts';
import { Temporary } from './support/temporary.ts';
import { until } from './support/until.ts';

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;
const prefix = isRoot
  ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--inh-caps=-all', '--bounding-set=-all']
  : [];
const directory = new Temporary(isRoot ? nobody : undefined);
after(() => directory[Symbol.dispose]());

function hubbleConfig(address: string) {
  return { sources: { kind: 'hubble', hubble: { address, insecure: true } }, kubernetes: { enabled: 'never' } };
}

const web = testPod('shop', 'web-7d4-x1', '10.0.2.7', 8080);
const scanner = testPod('tools', 'scanner-5f6-k2', '10.0.1.9', 0);
const intruder = testPod('lab', 'intruder-9c8-z3', '10.0.3.3', 0);
const victim = testPod('shop', 'db-6b5-y2', '10.0.2.8', 5432);

/** A crowd: many short connections from inside and outside, each told at two points, some of a pod that was open before. */
function crowd(endMs: number): Record<string, unknown>[] {
  return Array.from({ length: 400 }, (_, nth) => {
    const [port, at] = [32_000 + nth, endMs - 1000 + nth * 2];
    const client =
      nth % 2 === 0
        ? testPod('shop', `front-1-${nth % 10}`, `10.0.4.${1 + (nth % 10)}`, port)
        : testWorld(`203.0.113.${1 + (nth % 50)}`, port);
    return testConnection(client, web, at);
  })
    .flat()
    .sort((a, b) => timeOf(a) - timeOf(b));
}

/** Each port is tried once and refused. */
function scan(endMs: number, ports: number): Record<string, unknown>[] {
  return Array.from({ length: ports }, (_, nth) => {
    const [from, to] = [at(scanner, 40_000 + nth), at(web, 1 + nth)];
    const atMs = endMs - (ports - nth) * 5;
    return [
      testResponse({ from, to, atMs, flags: 'S', point: POINT.toStack }),
      testResponse({ from, to, atMs: atMs + 0.1, flags: 'S', node: 'n2' }),
      testResponse({
        from: to,
        to: from,
        atMs: atMs + 0.3,
        flags: 'RA',
        isReply: true,
        node: 'n2',
        point: POINT.toStack,
      }),
    ];
  }).flat();
}

/** Each port is tried once and forbidden, which Cilium tells twice. */
function deniedScan(endMs: number, ports: number): Record<string, unknown>[] {
  return Array.from({ length: ports }, (_, nth) => {
    const flow = {
      from: at(intruder, 41_000 + nth),
      to: at(web, 1 + nth),
      atMs: endMs - (ports - nth) * 5,
      flags: 'S',
    };
    return [5, 1].map((event) => testResponse({ ...flow, node: 'n2', dropReason: 133, event }));
  }).flat();
}

/** Nobody ends the handshakes. */
function synFlood(endMs: number, syns: number): Record<string, unknown>[] {
  return Array.from({ length: syns }, (_, nth) => {
    const from = testWorld(`198.51.${100 + (nth >> 8)}.${nth & 255}`, 1024 + nth);
    const atMs = endMs - (syns - nth) * 2;
    return [
      testResponse({ from, to: victim, atMs, flags: 'S', node: 'n2' }),
      testResponse({
        from: victim,
        to: from,
        atMs: atMs + 0.2,
        flags: 'SA',
        isReply: true,
        node: 'n2',
        point: POINT.toStack,
      }),
    ];
  }).flat();
}

function at(end: TestEnd, port: number): TestEnd {
  return { ...end, port };
}

function timeOf({ time }: Record<string, unknown>): number {
  const { seconds, nanos } = time as { seconds: number; nanos: number };
  return seconds * 1000 + nanos / 1e6;
}

test('without root and kernel programs it is silent for a crowd, tells scans and a flood, comes back and counts what is lost', async () => {
  const relay = await RelayDouble.open();
  try {
    await using agent = await Agent.start({ config: hubbleConfig(relay.address), directory, prefix });
    const alertsNow = () => agent.list<Alert>('alerts');
    const opened = (rule: string, workload: string) =>
      until(`${rule} by or at ${workload}`, async () =>
        (await alertsNow()).find(
          ({ rule: found, source, target }) =>
            found === rule && [source?.workload?.name, target?.workload?.name].includes(workload),
        ),
      );

    await relay.tell(crowd(Date.now()));
    await relay.tell(scan(Date.now(), 60));
    const scanned = await opened('port-scan', 'scanner');
    assert.deepEqual(
      [scanned.source?.namespace, scanned.source?.pod, scanned.target?.namespace, scanned.target?.workload],
      ['tools', 'scanner-5f6-k2', 'shop', { kind: 'Deployment', name: 'web' }],
    );
    assert.deepEqual(
      (await alertsNow()).map(({ rule }) => rule),
      ['port-scan'],
      'the crowd before it is silent',
    );

    await relay.tell(deniedScan(Date.now(), 60));
    const denied = await opened('port-scan', 'intruder');
    assert.equal(denied.target?.workload?.name, 'web');
    // Its 1.2 s begin now: what is told as earlier than what was told before would count at one moment.
    await relay.tell(synFlood(Date.now() + 1250, 600));
    const flood = await opened('syn-flood', 'db');
    assert.deepEqual([flood.source, flood.target?.pod], [null, 'db-6b5-y2']);

    const drops = await until('the drops of the next tick', async () => {
      const rows = await agent.list<DropRow>('drops');
      return rows.length > 0 && rows;
    });
    assert.deepEqual(
      drops.map(({ endpoint, reason, packets }) => [endpoint.pod, reason, packets]),
      [['web-7d4-x1', 'POLICY_DENIED', 60]],
    );

    const flows = await agent.list<Flow>('flows');
    const turnedAway = flows.filter(
      ({ verdict, dropReason }) => verdict === 'DROPPED' && dropReason === 'POLICY_DENIED',
    );
    assert.deepEqual([turnedAway.length, turnedAway[0]?.source.pod], [60, 'intruder-9c8-z3']);

    relay.breakStreams();
    relay.remember(testConnection(at(scanner, 50_000), web, Date.now()));
    await until('it follows again', () => relay.followers === 1);
    await relay.tell([{ lost_events: { source: 3, num_events_lost: 9 } }]);
    const status = await until('what is lost is counted', async () => {
      const now = await agent.status();
      return now.lostEvents.hubble_flow_ring === 9 && now;
    });
    const { hubble, kind, unavailableDetectors } = status.source;
    assert.deepEqual([kind, hubble?.isConnected, hubble?.reconnects, hubble?.gaps], ['hubble', true, 1, 0]);
    assert.deepEqual(unavailableDetectors.map(({ id }) => id).sort(), [
      'amplification',
      'beacon',
      'brute-force',
      'crypto-mining',
      'dga',
      'dns-tunnel',
      'exfiltration',
      'icmp-flood',
      'listener-overload',
      'protocol-anomaly',
      'reverse-shell',
      'signature',
      'volume-surge',
    ]);
    assert.deepEqual([status.programs, status.ready], [[], true]);
    assert.match(status.degraded.join('\n'), /9 events of hubble_flow_ring were lost/);

    const metrics = await agent.metrics();
    for (const sample of [
      /^netguard_hubble_connected 1$/m,
      /^netguard_hubble_reconnects_total 1$/m,
      /^netguard_hubble_flows_total [1-9]\d{3}$/m,
      /^netguard_lost_events_total\{source="hubble_flow_ring"\} 9$/m,
      /^netguard_detector_unavailable\{rule="exfiltration"\} 1$/m,
    ])
      assert.match(metrics, sample);

    const detectors = await agent.list<DetectorView>('detectors');
    assert.match(detectors.find(({ id }) => id === 'beacon')?.unavailable ?? '', /do not say how many bytes/);
    const listed = await agent.cli(['detectors']);
    assert.match(listed.stdout, /^beacon +unavailable /m, told(listed));
    assert.match(listed.stdout, /unavailable: .*beacon.*Hubble, whose flows do not say how many bytes/);
    const shown = await agent.cli(['status']);
    assert.match(shown.stdout, /Relay +connected since .* \(double v0\)/, told(shown));
    assert.equal((await agent.stop('SIGTERM')).status, 0, agent.process.stderr);
  } finally {
    relay.close();
  }
});

test('a relay that is not there is told at the start, in status, in doctor, and is no reason to end', async () => {
  const path = directory.write('away.yaml', { apiVersion: 'netguard/v1', ...hubbleConfig('127.0.0.1:1') });
  const doctor = await netguard(['doctor', '--config', path], { prefix });
  assert.equal(doctor.code, 1, told(doctor));
  assert.match(doctor.stdout, /Hubble relay.*ECONNREFUSED.*NG_ERR_HUBBLE_UNREACHABLE/);
  assert.match(doctor.stdout, /do: +Nothing answers at 127\.0\.0\.1:1: check sources\.hubble\.address/);
  assert.doesNotMatch(doctor.stdout, /CAP_BPF|Kernel/);

  const relay = await RelayDouble.open();
  const { address, port } = relay;
  relay.close();
  const config = directory.write('late.yaml', { apiVersion: 'netguard/v1', ...hubbleConfig(address) });
  const args = ['run', '--exit-with-parent', '--listen', '127.0.0.1:0', '--state-dir', directory.join('late')];
  await using waiting = new Background(netguardCommand, [...args, '--config', config], { prefix });
  const [, url = ''] = await waiting.says(/"url":"(http:[^"]+)".*is watching/);
  assert.match(waiting.stderr, /"code":"NG_ERR_HUBBLE_UNREACHABLE"/);
  const { degraded } = await getJson<StatusResponse>(`${url}/api/v1/status`);
  assert.match(
    degraded[0] ?? '',
    /^Nothing is watched since .*ECONNREFUSED.* \(NG_ERR_HUBBLE_UNREACHABLE\)\. Nothing answers/,
  );
  assert.equal((await httpGet(`${url}/readyz`)).status, 503);
  const late = await RelayDouble.open({ port });
  try {
    await until('it is ready', async () => (await httpGet(`${url}/readyz`)).status === 200);
  } finally {
    late.close();
  }
});
