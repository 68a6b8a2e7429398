import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadConfig } from '@netguard/agent';
import { parse } from 'yaml';
import { helmPrograms } from '../../tools/helm.ts';
import {
  CHART,
  ciNames,
  configMap,
  helm,
  type KubeObject,
  lint,
  only,
  render,
  renderText,
  workload,
} from './support/helm-run.ts';
import { unknownFields, wrongValues } from './support/kubernetes-schemas.ts';

const NAMES = ciNames();
const rendered = new Map<string, KubeObject[]>();
let work: string;

before(async () => {
  work = mkdtempSync(join(tmpdir(), 'netguard-chart-'));
  await Promise.all(NAMES.map(async (ci) => rendered.set(ci, await render({ ci }))));
});
after(() => rmSync(work, { recursive: true, force: true }));

const objectsOf = (name: string) => rendered.get(name) ?? assert.fail(name);

test('there are values for the ways the chart is installed', () => {
  const wanted = [
    'custom-config',
    'default',
    'every-option',
    'hostpid-false',
    'hubble',
    'no-rbac',
    'prometheus-operator',
  ];
  assert.deepEqual(NAMES.toSorted(), wanted);
});

test('helm finds nothing to complain of', async () => {
  await Promise.all(NAMES.map((ci) => lint({ ci })));
});

test('the same values give the same bytes', async () => {
  for (const ci of ['custom-config', 'every-option']) {
    const [one, two] = await Promise.all([renderText({ ci }), renderText({ ci })]);
    assert.equal(one, two);
  }
});

test('every object is what Kubernetes and the Prometheus Operator take', async () => {
  const all = NAMES.flatMap(objectsOf);
  assert.ok(all.length > 30);
  assert.deepEqual((await Promise.all(all.map(wrongValues))).flat(), []);
  assert.deepEqual(unknownFields(all), []);
});

test('what they would refuse is found', async () => {
  const daemonSet = structuredClone(only(objectsOf('default'), 'DaemonSet'));
  daemonSet.spec.template.spec.containers[0].securityContext.capabilites = {};
  assert.match(unknownFields([daemonSet]).join(), /'"capabilites"' does not exist/);
  daemonSet.spec.template.spec.containers[0].ports[0].containerPort = '9411';
  delete daemonSet.spec.selector;
  const wrong = (await wrongValues(daemonSet)).join();
  assert.match(wrong, /containerPort/);
  assert.match(wrong, /selector|required/);
  const monitor = structuredClone(only(objectsOf('prometheus-operator'), 'ServiceMonitor'));
  monitor.spec.endpoints[0].honourLabels = true;
  assert.match(unknownFields([monitor]).join(), /'"honourLabels"' does not exist/);
  monitor.spec.endpoints[0].interval = 'soon';
  assert.match((await wrongValues(monitor)).join(), /interval/);
});

test('kubectl reads the workload and loses nothing of it', () => {
  for (const name of NAMES) {
    const object = workload(objectsOf(name));
    const file = join(work, `${name}.json`);
    writeFileSync(file, JSON.stringify(object));
    const args = ['set', 'image', '--local', '-f', file, 'agent=other:1', '-o', 'json'];
    const read = JSON.parse(execFileSync(helmPrograms().kubectl, args, { encoding: 'utf8', env: { HOME: work } }));
    object.spec.template.spec.containers[0].image = 'other:1';
    assert.deepEqual(without(object, read), [], name);
  }
});

test("the agent's own loader takes the rendered configuration", () => {
  for (const name of NAMES) {
    const { data } = configMap(objectsOf(name));
    const file = join(work, `${name}.yaml`);
    writeFileSync(file, data['netguard.yaml']);
    const [{ env }] = workload(objectsOf(name)).spec.template.spec.containers;
    const variables = Object.fromEntries(env.map((one: KubeObject) => [one.name, one.value ?? 'node-7']));
    const { config, warnings } = loadConfig({
      file,
      env: variables,
      defaults: { server: { listen: '127.0.0.1:9410' } },
    });
    assert.deepEqual(warnings, [], name);
    assert.equal(config.node, 'node-7', name);
  }
});

test('numbers and thresholds by namespace come through as they were written', () => {
  const config = parse(configMap(objectsOf('custom-config')).data['netguard.yaml']);
  assert.equal(config.sources.ebpf.ringBytes, 33_554_432);
  assert.deepEqual(config.detectors['syn-flood'].namespaces, {
    'load-tests': { mode: 'observe' },
    'security-tools': { raise: 10 },
  });
  assert.equal(config.detectors['volume-surge'].mode, 'off');
  assert.equal(config.silences[0].endsAt, '2099-12-01T06:00:00Z');
});

test('the packaged chart has what it renders, and not what only its tests need', async () => {
  await helm(['package', CHART, '--destination', work]);
  const list = execFileSync('tar', ['-tzf', join(work, 'netguard-0.1.0.tgz')], { encoding: 'utf8' });
  assert.match(list, /netguard\/templates\/daemonset\.yaml/);
  assert.match(list, /netguard\/values\.schema\.json/);
  assert.match(list, /netguard\/rules\/netguard\.yaml/);
  assert.doesNotMatch(list, /\/ci\//);
});

/** Paths of `wanted` that `found` has not, or has otherwise. Empty maps and lists may be left out. */
function without(wanted: KubeObject, found: KubeObject, path = ''): string[] {
  if (typeof wanted !== 'object' || wanted === null) return wanted === found ? [] : [path];
  return Object.entries(wanted).flatMap(([key, value]) => without(value, found?.[key], `${path}/${key}`));
}
