import assert from 'node:assert/strict';
import { test } from 'node:test';
import { podEndpoint, sampleFlow } from '../testing/samples.ts';
import { palette } from '../text/palette.ts';
import { FlowPrinter, type PrinterOptions } from './flow-printer.ts';

function printer(options: Partial<PrinterOptions>): FlowPrinter {
  return new FlowPrinter({
    output: 'compact',
    timeFormat: 'StampMilli',
    numeric: false,
    nodeName: false,
    palette: palette({ colour: false }),
    ...options,
  });
}

test("a compact line is Hubble's, with what became of the connection", () => {
  assert.equal(
    printer({}).print(sampleFlow()),
    'Nov 25 00:11:22.333: shop/web-1:41234 -> shop/api-0:8080 to-endpoint FORWARDED (TCP closed; 512 B out, 13.0 kB back; 35 ms)\n',
  );
});

test('an address without a name is followed by its kind, IPv6 has brackets', () => {
  const flow = sampleFlow({ source: { ip: '2001:db8::7', port: 443, kind: 'world' } });
  assert.match(printer({}).print(flow), /: \[2001:db8::7\]:443 \(world\) -> shop\/api-0:8080 /);
});

test('numeric output has addresses only, and the node stands in brackets', () => {
  assert.match(
    printer({ numeric: true, nodeName: true }).print(sampleFlow()),
    /^Nov 25 00:11:22\.333 \[node-a\]: 10\.0\.0\.2:41234 -> 10\.0\.0\.3:8080 /,
  );
});

test('refused, reset and open connections are told apart', () => {
  const text = (fields: Parameters<typeof sampleFlow>[0]): string => printer({}).print(sampleFlow(fields));
  assert.match(text({ verdict: 'DROPPED', closeReason: 'refused', result: 'refused' }), /DROPPED \(TCP refused;/);
  assert.match(text({ verdict: 'ERROR', closeReason: 'reset-received', result: 'reset' }), /ERROR \(TCP reset;/);
  assert.match(printer({}).print({ ...sampleFlow(), state: 'live' }), /\(TCP open;/);
  assert.match(text({ protocol: 'UDP' }), /\(UDP 4\/12 packets;/);
});

test('a hostile pod name cannot drive the terminal', () => {
  const flow = sampleFlow({ source: podEndpoint('web\x1b[2J\r\n', { port: 1 }), node: '\x1b]0;x\x07' });
  for (const output of ['compact', 'dict'] as const) {
    const text = printer({ output, nodeName: true }).print(flow);
    assert.doesNotMatch(text.replaceAll('\n', ''), /\p{Cc}/u, output);
  }
  const tables = printer({ output: 'table', nodeName: true });
  tables.print(flow);
  assert.doesNotMatch(tables.end().replaceAll('\n', ''), /\p{Cc}/u);
});

test('dict separates flows by a line, as Hubble does', () => {
  const dict = printer({ output: 'dict' });
  assert.match(
    dict.print(sampleFlow()),
    /^ {2}TIMESTAMP: Nov 25 00:11:22\.333\n {5}SOURCE: shop\/web-1:41234\nDESTINATION: /,
  );
  assert.match(dict.print(sampleFlow()), /^------------\n/);
});

test('a table is printed when all rows are known, and nothing when there are none', () => {
  const tables = printer({ output: 'table' });
  assert.equal(tables.end(), '');
  assert.equal(tables.print(sampleFlow()), '');
  assert.match(tables.end(), /^TIMESTAMP +SOURCE +DESTINATION +TYPE +VERDICT +SUMMARY\nNov 25/);
});

test("JSON is Hubble's line, with NetGuard's numbers in extensions", () => {
  const line = JSON.parse(printer({ output: 'jsonpb' }).print(sampleFlow()));
  assert.deepEqual(Object.keys(line).sort(), ['flow', 'node_name', 'time']);
  assert.equal(line.node_name, 'node-a');
  assert.equal(line.flow.verdict, 'FORWARDED');
  assert.deepEqual(line.flow.IP, { source: '10.0.0.2', destination: '10.0.0.3', ipVersion: 'IPv4' });
  assert.deepEqual(line.flow.l4, { TCP: { source_port: 41234, destination_port: 8080 } });
  assert.deepEqual(line.flow.source, {
    namespace: 'shop',
    pod_name: 'web-1',
    workloads: [{ name: 'web', kind: 'Deployment' }],
  });
  assert.equal(line.flow.traffic_direction, 'INGRESS');
  assert.equal(line.flow.extensions['@type'], 'type.googleapis.com/google.protobuf.Struct');
  assert.equal(line.flow.extensions.value.netguard.responseBytes, 13_000);
});

test('what is no pod has the reserved label that Hubble gives it', () => {
  const flow = sampleFlow({ source: { ip: '8.8.8.8', port: 53, kind: 'world' }, protocol: 'ICMP' });
  const { flow: json } = JSON.parse(printer({ output: 'json' }).print(flow));
  assert.deepEqual(json.source, { labels: ['reserved:world'] });
  assert.deepEqual(json.l4, { ICMPv4: {} });
});
