import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { defaultConfig } from '../../config/schema.ts';
import { type TestFlow, testPod, testResponse } from '../../testing/hubble-flows.ts';
import { RelayDouble, type RelayDoubleOptions } from '../../testing/hubble-relay-double.ts';
import { until } from '../../testing/until.ts';
import { FlowStream } from './flow-stream.ts';

const client = testPod('shop', 'web-1-a', '10.0.1.5', 40_000);
const server = testPod('shop', 'api-1-a', '10.0.2.7', 8080);

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0).reverse()) each.close();
});

async function relay(options: RelayDoubleOptions = {}): Promise<RelayDouble> {
  const opened = await RelayDouble.open(options);
  open.push(opened);
  return opened;
}

function follow(address: string) {
  const ports: number[] = [];
  const lost: Record<string, number> = {};
  const stream = new FlowStream(
    { ...defaultConfig().sources.hubble, address, insecure: true },
    {
      onFlow: (flow) => ports.push(flow.l4?.tcp?.sourcePort ?? 0),
      onLost: (source, count) => {
        lost[source] = (lost[source] ?? 0) + count;
      },
      onState: () => {},
    },
  );
  open.push(stream);
  stream.open();
  return { stream, ports, lost };
}

function flow(port: number, atMs: number, part: Partial<TestFlow> = {}): Record<string, unknown> {
  return testResponse({ from: { ...client, port }, to: server, atMs, flags: 'S', ...part });
}

test('flows are followed from now on, decoded as the API numbers them', async () => {
  const double = await relay();
  const { stream, ports } = follow(double.address);
  await until(() => double.followers === 1);
  await double.tell([flow(1, Date.now()), flow(2, Date.now() + 1)]);
  await until(() => ports.length === 2);
  assert.deepEqual(ports, [1, 2]);
  assert.deepEqual([double.requests[0]?.follow, double.requests[0]?.since], [true, null]);
  assert.deepEqual([stream.state.isConnected, stream.figures.version], [true, 'double v0']);
});

test('after a break flows are asked for again, and each is taken once', async () => {
  const double = await relay();
  const { stream, ports, lost } = follow(double.address);
  await until(() => double.followers === 1);
  const t = Date.now();
  await double.tell([flow(1, t), flow(2, t + 1, { uuid: 'two' })]);
  await until(() => ports.length === 2);
  double.breakStreams();
  double.remember([flow(3, t + 2), flow(4, t + 3, { uuid: 'four' })]);
  await until(() => double.followers === 1);
  await double.tell([flow(5, t + 4)]);
  await until(() => ports.length === 5);
  assert.deepEqual(ports, [1, 2, 3, 4, 5]);
  assert.deepEqual([lost, stream.nodes.gaps, stream.figures.again, stream.figures.reconnects], [{}, 0, 2, 1]);
});

test('what came in a break before the first flow is not missed', async () => {
  const double = await relay();
  const { ports } = follow(double.address);
  await until(() => double.followers === 1);
  double.breakStreams();
  double.remember([flow(1, Date.now())]);
  await until(() => ports.length === 1);
});

test('a flow without a time is handed on, and spoils nothing', async () => {
  const double = await relay();
  const { ports, stream } = follow(double.address);
  await until(() => double.followers === 1);
  await double.tell([{ flow: { l4: { TCP: { source_port: 9 } } }, node_name: 'n1' }, flow(1, Date.now())]);
  await until(() => ports.length === 2);
  assert.deepEqual([ports, stream.figures.flows], [[9, 1], 1]);
});

test('what the relay no longer remembers after a break is counted as a gap', async () => {
  const double = await relay({ remembers: 2 });
  const { stream, ports, lost } = follow(double.address);
  await until(() => double.followers === 1);
  const t = Date.now() - 2500;
  // Forty flows a second for three seconds.
  await double.tell(Array.from({ length: 120 }, (_, nth) => flow(nth, t + nth * 25)));
  await until(() => ports.length === 120);
  double.breakStreams();
  double.remember([flow(201, t + 3600), flow(202, t + 3700), flow(203, t + 3800)]);
  await until(() => ports.length === 122);
  assert.deepEqual(ports.slice(-2), [202, 203]);
  assert.equal(stream.nodes.gaps, 1);
  // 725 ms without a flow at forty a second.
  assert.ok((lost.hubble_gap ?? 0) > 20 && (lost.hubble_gap ?? 0) < 40, JSON.stringify(lost));
});

test('what Hubble says it lost is counted by where it was lost', async () => {
  const double = await relay();
  const { lost } = follow(double.address);
  await until(() => double.followers === 1);
  await double.tell([
    { lost_events: { source: 1, num_events_lost: 7, cpu: { value: 3 } } },
    { lost_events: { source: 3, num_events_lost: 2 } },
    { lost_events: { source: 3, num_events_lost: 3 } },
    { lost_events: {} },
  ]);
  await until(() => Object.keys(lost).length === 3);
  assert.deepEqual(lost, { hubble_kernel_ring: 7, hubble_flow_ring: 5, hubble_unknown: 1 });
});

test('nodes that the relay cannot reach are known, until they are heard again', async () => {
  const double = await relay();
  const { stream, ports } = follow(double.address);
  await until(() => double.followers === 1);
  await double.tell([
    { node_status: { state_change: 2, node_names: ['n1', 'n2', 'n3'], message: 'refused' } },
    { node_status: { state_change: 1, node_names: ['n2'] } },
    flow(1, Date.now(), { node: 'n3' }),
  ]);
  await until(() => ports.length === 1);
  assert.deepEqual(stream.nodes.unavailable, ['n1']);
});

test('a relay that is away is tried until it is there', async () => {
  const gone = await relay();
  const { port } = gone;
  gone.close();
  const { stream, ports } = follow(`127.0.0.1:${port}`);
  await until(() => stream.state.problem !== undefined);
  assert.equal(stream.state.problem?.code, 'NG_ERR_HUBBLE_UNREACHABLE');
  const double = await relay({ port });
  await until(() => double.followers === 1);
  assert.deepEqual([stream.state.isConnected, stream.state.problem], [true, undefined]);
  await double.tell([flow(1, Date.now())]);
  await until(() => ports.length === 1);
});
