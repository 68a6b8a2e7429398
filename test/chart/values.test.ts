import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { configSchema } from '../../packages/agent/src/config/schema.ts';
import { variableName } from '../../tools/chart/program-facts.ts';
import { valuesSchema } from '../../tools/chart/values.ts';
import { CHART, helm, render } from './support/helm-run.ts';

async function refusal(values: Record<string, unknown>): Promise<string> {
  try {
    await render({ values });
  } catch (error) {
    return (error as Error).message;
  }
  return assert.fail(`it was rendered with ${JSON.stringify(values)}`);
}

test('values.yaml says what the schema has for a default', () => {
  const written = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8'));
  assert.deepEqual(valuesSchema.parse(written), valuesSchema.parse({}));
  const keys = Object.keys(valuesSchema.shape).filter((key) => key !== 'enabled' && key !== 'global');
  assert.deepEqual(Object.keys(written), keys);
});

test('a value that is misspelt is refused with its place', async () => {
  assert.match(await refusal({ hostPid: false }), /additional properties 'hostPid' not allowed/i);
  assert.match(await refusal({ monitoring: { knd: 'PodMonitor' } }), /'?\/monitoring'?.*'knd' not allowed/is);
  assert.match(
    await refusal({ monitoring: { kind: 'Podmonitor' } }),
    /monitoring\/kind.*'PodMonitor', 'ServiceMonitor'/is,
  );
});

test('so is a setting of the agent, its detectors and their parameters', async () => {
  assert.match(await refusal({ config: { clustr: 'x' } }), /config'?: .*'clustr' not allowed/is);
  assert.match(await refusal({ config: { sources: { ebpf: { tickMs: 5 } } } }), /tickMs'?: .*minimum.*100/is);
  assert.match(
    await refusal({ config: { detectors: { 'sin-flood': {} } } }),
    /detectors'?: .*'sin-flood' not allowed/is,
  );
  const parameters = { listenerSyns: 1 };
  const detectors = { 'syn-flood': { namespaces: { shop: { parameters } } } };
  assert.match(
    await refusal({ config: { detectors } }),
    /namespaces\/shop\/parameters'?: .*'listenerSyns' not allowed/is,
  );
});

test('every key of the agent can be set, except those that the chart sets', () => {
  const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8'));
  assert.match(schema.$schema, /draft-07/);
  assert.deepEqual(Object.keys(schema.properties.config.properties), Object.keys(configSchema.shape));
  assert.equal('required' in schema.properties.config, false);
});

const COMBINATIONS: readonly (readonly [Record<string, unknown>, RegExp])[] = [
  [{ api: { expose: true } }, /set api\.tlsSecret .* and api\.tokenSecret .*, or leave api\.expose off/],
  [{ api: { expose: true, tlsSecret: 'a' } }, /set api\.tlsSecret .* and api\.tokenSecret/],
  [{ metrics: { enabled: false } }, /leaves the kubelet's probes without an answer: set metrics\.enabled=true, or/],
  [{ metrics: { port: 9410 } }, /metrics\.port and api\.port are both 9410: choose two/],
  [{ serviceAccount: { create: false } }, /default ServiceAccount.*: set serviceAccount\.name/],
  [{ seccompProfile: { type: 'Localhost' } }, /needs seccompProfile\.localhostProfile: the path/],
  [{ seccompProfile: { localhostProfile: 'a.json' } }, /needs seccompProfile\.type=Localhost, not RuntimeDefault/],
  [{ podLabels: { 'app.kubernetes.io/name': 'x' } }, /is what the selector looks for: use another label/],
  [{ extraVolumeMounts: [{ name: 'a', mountPath: '/tmp' }] }, /\/tmp is mounted by the chart; choose another path/],
  [{ config: { server: { listen: '0.0.0.0:1' } } }, /config\.server is set by the chart: set api and metrics instead/],
  [{ config: { metrics: { listen: ':1' } } }, /config\.metrics\.listen is set by the chart: set metrics\.enabled/],
  [{ config: { node: 'x' } }, /config\.node is set by the chart: it is the name of the node/],
  [{ config: { stateDir: '/x' } }, /config\.stateDir is set by the chart: set state\.type or state\.hostPath/],
];

for (const [values, message] of COMBINATIONS) {
  test(`values that do not go together are refused with what to set: ${JSON.stringify(values)}`, async () => {
    assert.match(await refusal(values), message);
  });
}

test('in a parent chart, its condition and its globals may stand beside the values', async () => {
  assert.ok((await render({ values: { enabled: true, global: { imageRegistry: 'x' } } })).length > 5);
});

test('a variable is named by the rules of the environment', () => {
  assert.equal(variableName(['node']), 'NETGUARD_NODE');
  assert.equal(variableName(['kubernetes', 'nodeName']), 'NETGUARD_KUBERNETES__NODE_NAME');
});

test('the notes say what to check first and three steps after it', async () => {
  const args = ['install', 'netguard', CHART, '--namespace', 'watchers', '--dry-run=client', '--hide-secret'];
  const notes = (await helm(args)).split('NOTES:')[1] ?? '';
  assert.match(notes, /Check first: .*\n\n {2}kubectl -n watchers rollout status ds\/netguard/);
  assert.match(notes, /netguard doctor/);
  for (const step of ['1. ', '2. ', '3. ']) assert.ok(notes.includes(`\n${step}`), step);
});
