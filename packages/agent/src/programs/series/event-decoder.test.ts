import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codecFor } from '@netguard/libbpf';
import fc from 'fast-check';
import { EventDecoder } from './event-decoder.ts';
import { parseProgramSpec } from './parse-spec.ts';
import { testNames, WEB_CGROUP } from './testing/series-of.ts';
import { array, be16, be32, bool, type CType, in6, s64, struct, typedMap, u16, u32, u64 } from './testing/typed-map.ts';

const record = struct(
  {
    cgroup_id: u64,
    pid: u32,
    saddr: be32,
    daddr: in6,
    dport: be16,
    ok: bool,
    big: u64,
    small: s64,
    took_us: u32,
    name: { kind: 'char', length: 8 },
    slots: array(u32, 3),
    inner: struct({ reason: { kind: 'enum', values: { LOST: 2 } } }),
  },
  'event',
);

function decoder(type: CType, yaml = 'events: { events: { type: event } }') {
  const { btf } = typedMap('m', u32, type);
  const spec = parseProgramSpec(`apiVersion: netguard/v1\nkind: Program\n${yaml}`, 'test.yaml');
  const codec = codecFor(btf, btf.findByName('event')?.id ?? 0);
  return { codec, decoder: new EventDecoder('test', 'events', btf, spec, testNames) };
}

test('a record is an object of its fields as people read them', () => {
  const { codec, decoder: of } = decoder(record);
  const bytes = new Uint8Array(codec.size + 5);
  codec.write(new DataView(bytes.buffer), 0, {
    ...{ cgroup_id: WEB_CGROUP, pid: 231, saddr: 0x0100000a, dport: 0xbb01, ok: true, big: 2n ** 63n, small: -5 },
    ...{ took_us: 1500, name: 'a\nb', slots: [1, 2, 3], inner: { reason: 2 } },
    daddr: { s6_addr: Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) },
  });
  assert.deepEqual(of.decode(bytes, 7), {
    ...{ program: 'test', map: 'events', timeMs: 7 },
    fields: {
      ...{ cgroup_id: WEB_CGROUP, namespace: 'shop', pod: 'web-77', container: 'app', pid: 231, comm: 'curl' },
      ...{ saddr: '10.0.0.1', daddr: '2001:db8::1', dport: 443, ok: true, big: '9223372036854775808', small: -5 },
      ...{ took_seconds: 0.0015, name: 'a\ufffdb', slots: [1, 2, 3], inner_reason: 'LOST' },
    },
  });
});

test('any bytes are an event that JSON can hold, or a short record that is counted', () => {
  const { codec, decoder: of } = decoder(record);
  let short = 0;
  fc.assert(
    fc.property(fc.uint8Array({ minLength: codec.size - 2, maxLength: codec.size + 2 }), (bytes) => {
      const event = of.decode(bytes, 0);
      if (bytes.length < codec.size) short++;
      assert.equal(event === undefined, bytes.length < codec.size);
      if (event !== undefined) assert.deepEqual(JSON.parse(JSON.stringify(event)), event);
      assert.equal(of.short, short);
    }),
    { numRuns: 300 },
  );
});

test('a type that the program has not, and a ring buffer that the YAML does not name, are refused', () => {
  const type = struct({ a: u16 }, 'event');
  const wrong = 'events: { events: { type: evnt } }';
  assert.throws(() => decoder(type, wrong), /test\.yaml:3:27: unknown type "evnt", did you mean "event"\?/);
  assert.throws(() => decoder(type, 'events: {}'), /events\.events\.type is missing/);
});
