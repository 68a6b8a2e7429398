import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { CHART, type KubeObject, only, render } from './support/helm-run.ts';
import { endpointOf, type Labels, seriesLabels, targetLabels } from './support/scrape.ts';

const METRICS_PAGE = resolve(CHART, '../../docs/reference/metrics.md');

/** Metrics of the page with their labels, each label with a value that nobody else has. */
function documentedSeries(): { name: string; labels: Labels }[] {
  const rows = readFileSync(METRICS_PAGE, 'utf8').matchAll(
    /^\| `((?:netguard|process|nodejs)_\w+)` \| \w+ \| ([^|]*)\|/gm,
  );
  return [...rows].map(([, name = '', labels = '']) => ({
    name,
    labels: Object.fromEntries([...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => [label, `scraped-${label}`])),
  }));
}

for (const kind of ['PodMonitor', 'ServiceMonitor']) {
  test(`scraped by a ${kind}, labels are the watched pod's: none becomes exported_`, async () => {
    const monitor = only(await render({ values: { monitoring: { kind } } }), kind);
    const target = targetLabels(monitor);
    assert.deepEqual([target.job, target.node, target.instance], ['netguard', 'node-7', 'node-7']);
    const series = documentedSeries();
    assert.ok(series.length > 30);
    for (const { name, labels } of series) {
      const stored = seriesLabels(target, labels, endpointOf(monitor).honorLabels);
      assert.deepEqual(
        Object.keys(stored).filter((label) => label.startsWith('exported_')),
        [],
        name,
      );
      for (const [label, value] of Object.entries(labels)) assert.equal(stored[label], value, `${name} ${label}`);
      assert.equal('container' in stored, false, `${name}: the agent's container is not the watched pod's`);
    }
    const without = seriesLabels(target, { namespace: 'shop', pod: 'web-1' }, false);
    assert.deepEqual([without.exported_namespace, without.exported_pod], ['shop', 'web-1']);
  });
}

test('a ServiceMonitor selects the Service, and that the pods and a port of theirs', async () => {
  const objects = await render({ ci: 'prometheus-operator' });
  const [monitor, service] = [only(objects, 'ServiceMonitor'), only(objects, 'Service')];
  const { template } = only(objects, 'DaemonSet').spec;
  assertSelects(monitor.spec.selector.matchLabels, service.metadata.labels);
  assertSelects(service.spec.selector, template.metadata.labels);
  assert.equal(service.spec.clusterIP, 'None');
  assert.equal(endpointOf(monitor).port, service.spec.ports[0].name);
  assert.equal(service.spec.ports[0].targetPort, template.spec.containers[0].ports[0].name);
  assert.equal(monitor.metadata.labels.release, 'prometheus');
  assert.equal(service.metadata.labels['app.kubernetes.io/name'], 'netguard');
});

test('a PodMonitor selects the pods, needs no Service, and with TLS sends the token', async () => {
  const objects = await render({ ci: 'every-option' });
  const monitor = only(objects, 'PodMonitor');
  assertSelects(monitor.spec.selector.matchLabels, only(objects, 'DaemonSet').spec.template.metadata.labels);
  assert.equal(
    objects.some(({ kind }) => kind === 'Service'),
    false,
  );
  const { scheme, authorization, tlsConfig, port } = endpointOf(monitor);
  assert.deepEqual([scheme, port], ['https', 'api']);
  assert.deepEqual(authorization, { credentials: { name: 'netguard-token', key: 'token' } });
  assert.deepEqual(tlsConfig, { insecureSkipVerify: true });
});

test('unless asked for, nothing of the Prometheus Operator is made', async () => {
  const kinds = (await render()).map(({ kind }) => kind).toSorted();
  assert.deepEqual(kinds, [
    'ClusterRole',
    'ClusterRoleBinding',
    'ConfigMap',
    'DaemonSet',
    'NetworkPolicy',
    'ServiceAccount',
  ]);
});

test('rules come through with the templates of Prometheus untouched', async () => {
  const objects = await render({ ci: 'prometheus-operator' });
  const rules = objects.filter(({ kind }) => kind === 'PrometheusRule');
  assert.equal(rules.length, readdirSync(join(CHART, 'rules')).filter((name) => name.endsWith('.yaml')).length);
  const alerts = rules.flatMap(({ spec }: KubeObject) => spec.groups.flatMap((group: KubeObject) => group.rules));
  const named = (name: string) => alerts.find(({ alert }: KubeObject) => alert === name);
  for (const name of ['NetGuardAgentDown', 'NetGuardLosingEvents', 'NetGuardAlertOpen']) assert.ok(named(name), name);
  assert.match(JSON.stringify(alerts), /\{\{ \$labels\./);
});

test('promtool takes the rules, and they ask for metrics that there are', () => {
  const names = new Set([...documentedSeries().map(({ name }) => name), 'up']);
  for (const name of readdirSync(join(CHART, 'rules')).filter((file) => file.endsWith('.yaml'))) {
    const file = join(CHART, 'rules', name);
    execFileSync('promtool', ['check', 'rules', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    for (const [metric] of readFileSync(file, 'utf8').matchAll(/\bnetguard_\w+(?=[{)[ ])/g)) {
      const family = metric.replace(/_(?:bucket|sum|count)$/, '');
      assert.ok(names.has(metric) || names.has(family), `${name}: ${metric} is not in docs/reference/metrics.md`);
    }
  }
});

test('each dashboard becomes a ConfigMap that the sidecar finds; without one there is none', async () => {
  const work = mkdtempSync(join(tmpdir(), 'netguard-dashboards-'));
  try {
    const chart = join(work, 'netguard');
    cpSync(CHART, chart, { recursive: true });
    rmSync(join(chart, 'dashboards'), { recursive: true, force: true });
    const values = { dashboards: { enabled: true } };
    assert.equal(dashboardsOf(await render({ chart, values })).length, 0);
    cpSync(join(chart, 'rules'), join(chart, 'dashboards'), { recursive: true });
    const dashboard = { title: 'Nodes', panels: [{ expr: 'sum({{x}})', text: 'a\nb' }] };
    writeFileSync(join(chart, 'dashboards/Node_Overview.json'), JSON.stringify(dashboard, null, 2));
    const [made, ...others] = dashboardsOf(await render({ chart, values }));
    assert.equal(others.length, 0);
    assert.equal(made.metadata.name, 'netguard-dashboard-node-overview');
    assert.deepEqual(JSON.parse(made.data['Node_Overview.json']), dashboard);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});

test('the policy for the agents opens the ports that they have, to whom it names', async () => {
  const usual = only(await render(), 'NetworkPolicy').spec;
  assert.deepEqual(usual.ingress, [{ ports: [{ port: 'metrics', protocol: 'TCP' }] }]);
  assert.deepEqual(usual.policyTypes, ['Ingress']);
  const every = only(await render({ ci: 'every-option' }), 'NetworkPolicy').spec;
  assert.deepEqual(every.ingress[0].ports, [{ port: 'api', protocol: 'TCP' }]);
  assert.deepEqual(every.policyTypes, ['Ingress', 'Egress']);
  assert.deepEqual(every.egress[0].ports.length, 2);
  const closed = only(await render({ values: { networkPolicy: { egress: [] } } }), 'NetworkPolicy').spec;
  assert.deepEqual([closed.policyTypes, 'egress' in closed], [['Ingress', 'Egress'], false]);
});

function dashboardsOf(objects: readonly KubeObject[]): KubeObject[] {
  return objects.filter(({ metadata }) => metadata.labels?.grafana_dashboard === '1');
}

function assertSelects(selector: Labels, labels: Labels): void {
  assert.ok(Object.keys(selector).length > 0);
  for (const [name, value] of Object.entries(selector)) assert.equal(labels[name], value, name);
}
