import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, test } from 'node:test';
import type { Policies } from '@netguard/core';
import { createLogger } from '../log.ts';
import { until } from '../testing/until.ts';
import { DaemonPolicies } from './daemon-policies.ts';

const directory = mkdtempSync(join(tmpdir(), 'netguard-policies-'));
after(() => rmSync(directory, { recursive: true }));

const quietLogger = await createLogger({
  level: 'info',
  format: 'json',
  output: new Writable({ write: (_chunk, _encoding, done) => done() }),
});

const text = (name: string) =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}}\nspec: {podSelector: {}}\n`;

test('policy files are read again, bad ones keep the last good policies, other files can be named', async () => {
  const [first, second] = [join(directory, 'a.yaml'), join(directory, 'b.yaml')];
  writeFileSync(first, text('a'));
  writeFileSync(second, text('b'));
  const concerns = new Map<string, string>();
  const given: Policies[] = [];
  const names = () => given.at(-1)?.networkPolicies.map(({ name }) => name);
  const policies = new DaemonPolicies(concerns, quietLogger, { debounceMs: 1, pollMs: 20 });
  given.push(policies.start([first], (changed) => given.push(changed)));
  assert.deepEqual(names(), ['a']);

  writeFileSync(first, text('changed'));
  await until(() => names()?.[0] === 'changed');

  writeFileSync(first, 'kind: [\n');
  await until(() => concerns.has('policies'));
  assert.match(concerns.get('policies') ?? '', /last good ones are in use: .*a\.yaml/);
  assert.deepEqual(names(), ['changed']);

  writeFileSync(first, text('good'));
  await until(() => names()?.[0] === 'good');
  assert.equal(concerns.has('policies'), false);

  policies.configure([first, second]);
  assert.deepEqual(names(), ['good', 'b']);
  policies.configure([]);
  assert.deepEqual(names(), []);
  policies.close();
});

test('a first file that is missing or bad is an error that says what to do', () => {
  const policies = new DaemonPolicies(new Map(), quietLogger);
  const missing = join(directory, 'missing.yaml');
  assert.throws(() => policies.start([missing], () => {}), { code: 'NG_ERR_POLICY_READ' });
  const bad = join(directory, 'bad.yaml');
  writeFileSync(bad, text('x').replace('podSelector', 'podselector'));
  assert.throws(() => policies.start([bad], () => {}), { code: 'NG_ERR_POLICY_INVALID', message: /bad\.yaml:4/ });
  policies.close();
});
