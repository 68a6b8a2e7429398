import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { detectors } from '@netguard/core';
import { loadConfig } from '../config/load.ts';
import { notification, ORIGIN } from '../testing/sinks.ts';
import { firing } from './alertmanager-alert.ts';
import { eveSid } from './eve-sids.ts';
import { falcoEvent } from './format-falco.ts';
import { formatted } from './formats.ts';
import { eventNews, kubernetesEvent } from './kubernetes-event.ts';
import { otlpLogs } from './otlp-logs.ts';
import { syslogMessage } from './syslog-message.ts';

const page = (name: string) => readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');
const text = page('reference/sinks.md');

const process = { pid: 7, comm: 'sshd' };
const workload = { kind: 'Deployment', name: 'web' };
const full = notification('updated', {
  source: {
    ip: '10.1.0.9',
    port: 40_000,
    kind: 'pod',
    namespace: 'a',
    pod: 'b-1',
    container: 'c',
    workload,
    service: 's',
    process,
  },
  target: {
    ip: '10.1.0.1',
    port: 22,
    kind: 'pod',
    namespace: 'shop',
    pod: 'web-1',
    container: 'app',
    workload,
    service: 's',
    process,
  },
  sources: { distinctEstimate: 3, top: [{ ip: '10.0.0.1', count: 1 }] },
  runbookUrl: 'https://example.org',
  acknowledgedBy: 'ann',
});

/** Dotted names of all leaves, but of what is somebody else's page: the alert, its evidence, the ends. */
function leaves(value: unknown, path: string, stop: RegExp): string[] {
  if (stop.test(path) || typeof value !== 'object' || value === null) return [path];
  if (Array.isArray(value))
    return value.length > 0 ? leaves(value[0], typeof value[0] === 'object' ? `${path}[]` : path, stop) : [];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`, stop));
}

function undocumented(names: Iterable<string>): string[] {
  return [...new Set(names)].filter((name) => !text.includes(`\`${name}\``));
}

test('every field of every shape is on the page', () => {
  const stop =
    /^(?:alert|netguard\.alert|unmapped\.netguard|alert\.metadata|evidences\[\]\.(?:data|src_endpoint|dst_endpoint)|output_fields)$/;
  const netguardStop = /^alert$/;
  const of = (format: 'netguard' | 'eve' | 'ocsf') =>
    JSON.parse(formatted(full, format, ORIGIN)) as Record<string, unknown>;
  const eveStop = /^(?:netguard\.alert|alert\.metadata)$/;
  assert.deepEqual(undocumented(leaves(of('netguard'), '', netguardStop)), []);
  assert.deepEqual(undocumented(leaves(of('eve'), '', eveStop)), []);
  assert.deepEqual(undocumented(Object.keys((of('eve').alert as { metadata: object }).metadata)), []);
  assert.deepEqual(undocumented(leaves(of('ocsf'), '', stop)), []);
  const falco = falcoEvent(full, ORIGIN);
  assert.deepEqual(undocumented([...Object.keys(falco), ...Object.keys(falco.output_fields as object)]), []);
  const { labels, annotations } = firing(full.alert, 0);
  assert.deepEqual(undocumented([...Object.keys(labels), ...Object.keys(annotations), 'source_ip', 'target_ip']), []);
  const parameters = syslogMessage(full, 'local0', 'netguard', ORIGIN).matchAll(/ (\w+)="/g);
  assert.deepEqual(undocumented(Array.from(parameters, ([, name]) => name ?? '')), []);
});

test('every field of an Event is on the page', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web-1', uid: 'u' } as const;
  const event = kubernetesEvent(full, 'AlertOpened', pod, pod, 'node-1');
  const names = leaves(event, '', /^(?:regarding|related)$/).filter(
    (name) => !/^(?:apiVersion|kind|metadata\.namespace)$/.test(name),
  );
  assert.deepEqual(undocumented(names), []);
  for (const kind of ['opened', 'resolved'] as const) {
    assert.deepEqual(undocumented([eventNews(notification(kind)) ?? 'none']), []);
  }
});

test('every attribute of a log record is on the page', () => {
  const request = JSON.stringify(otlpLogs([full], ORIGIN, 0));
  const keys = Array.from(request.matchAll(/"key":"([^"]+)"/g), ([, key]) => key ?? '');
  const own = keys.filter((key) => !key.startsWith('netguard.destination.'));
  assert.ok(own.length > 30);
  assert.deepEqual(undocumented(own), []);
});

test('the numbers of EVE are those of the code', () => {
  for (const { id } of detectors) assert.ok(text.includes(`${eveSid(id)} \`${id}\``), id);
});

test('the recipes load', () => {
  const directory = mkdtempSync(join(tmpdir(), 'netguard-recipes-'));
  try {
    const recipes = [...page('guide/alerting.md').matchAll(/```yaml\n(apiVersion: netguard\/v1\n[\s\S]*?)```/g)];
    const head = 'apiVersion: netguard/v1\n';
    const [example = ''] = text.match(/(?<=```yaml\n)sinks:[\s\S]*?(?=```)/) ?? [];
    assert.ok(recipes.length >= 6 && example !== '');
    for (const recipe of [...recipes.map((match) => match[1] ?? ''), head + example]) {
      const file = join(directory, 'netguard.yaml');
      writeFileSync(file, recipe);
      assert.ok(Object.keys(loadConfig({ file }).config.sinks).length > 0, recipe);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});
