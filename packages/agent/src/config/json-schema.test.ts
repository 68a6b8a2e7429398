import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configJsonSchema } from './json-schema.ts';

type Json = { [key: string]: Json };
const at = (schema: unknown, ...path: string[]): Json => path.reduce((value, key) => value[key] ?? {}, schema as Json);

test('the schema carries defaults, limits and descriptions, and refuses unknown keys', () => {
  const schema = configJsonSchema();
  assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
  assert.equal(schema.additionalProperties, false);
  const tick = at(schema, 'properties', 'sources', 'properties', 'ebpf', 'properties', 'tickMs');
  assert.deepEqual([tick.minimum, tick.maximum, tick.default], [100, 60_000, 1000]);
  assert.ok(String(tick.description).length > 10);
  assert.deepEqual(schema.required, ['apiVersion']);
});

test("this machine's name is not a default", () => {
  assert.equal('default' in at(configJsonSchema(), 'properties', 'node'), false);
});

test('detectors and their parameters are spelled out, also by namespace', () => {
  const parameter = {
    default: 20,
    unit: 'ports',
    minimum: 2,
    maximum: 1000,
    description: 'Ports.',
    source: 'Zeek: 15.',
  };
  const detector = {
    id: 'port-scan',
    description: 'Scans.',
    default: 'alert' as const,
    parameters: { portLimit: parameter },
  };
  const one = at(configJsonSchema([detector]), 'properties', 'detectors', 'properties', 'port-scan');
  const wanted = {
    type: 'number',
    minimum: 2,
    maximum: 1000,
    default: 20,
    description: 'Ports. Unit: ports. Source: Zeek: 15.',
  };
  assert.deepEqual(at(one, 'properties', 'parameters', 'properties', 'portLimit'), wanted);
  assert.deepEqual(
    at(one, 'properties', 'namespaces', 'additionalProperties', 'properties', 'parameters', 'properties', 'portLimit'),
    wanted,
  );
  assert.equal(at(configJsonSchema([detector]), 'properties', 'detectors').additionalProperties, false);
});
