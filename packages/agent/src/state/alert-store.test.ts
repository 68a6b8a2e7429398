import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { alert } from '../testing/samples.ts';
import { AlertStore } from './alert-store.ts';

let directory: string;
let errors: (Error | null)[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'netguard-alerts-'));
  errors = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function newStore(stateDir = directory): AlertStore {
  return new AlertStore(stateDir, { onWrite: (error) => errors.push(error) });
}

test('alerts that were saved are there at the next start, field by field', async () => {
  const open = [
    alert('a', { source: null, evidence: { observed: 1, threshold: 2, unit: 'x', windowMs: 3, more: [1] } }),
  ];
  const store = newStore();
  store.save(() => open);
  await store.flush();
  assert.deepEqual(errors, [null]);
  assert.deepEqual(newStore().load(), { alerts: open, closed: [] });
  assert.deepEqual(readdirSync(directory), ['alerts.json']);
});

test('a first start finds no alerts and no problem, and makes the directory when it saves', async () => {
  const store = newStore(join(directory, 'deep', 'state'));
  assert.deepEqual(store.load(), { alerts: [], closed: [] });
  store.save(() => []);
  await store.flush();
  assert.ok(existsSync(store.path));
});

test('alerts that a person closed are there too, and a file of before that is read', async () => {
  const closed = alert('c', { status: 'resolved', closedBy: 'ann', disposition: 'benign' });
  const store = newStore();
  store.save(
    () => [alert('a')],
    () => [closed],
  );
  await store.flush();
  assert.deepEqual(newStore().load().closed, [closed]);
  writeFileSync(store.path, JSON.stringify({ version: 1, savedAt: 'x', open: [alert('a')] }));
  assert.deepEqual(
    [newStore().load().alerts.length, newStore().load().closed, newStore().load().problem],
    [1, [], undefined],
  );
});

test('saves that come during a write are folded into the next, which has the latest alerts', async () => {
  const store = newStore();
  const ids = ['a'];
  for (let round = 0; round < 50; round++) {
    ids[0] = `a${round}`;
    store.save(() => ids.map((id) => alert(id)));
  }
  await store.flush();
  assert.ok(errors.length <= 2, `${errors.length} writes`);
  assert.equal(newStore().load().alerts[0]?.id, 'a49');
});

for (const [what, text] of [
  ['half written', '{"version":1,"savedAt":"2026-01-31T12:00:00.000Z","open":[{"id":'],
  ['of another shape', '{"version":1,"savedAt":"x","open":[{"id":"a"}]}'],
  ['empty', ''],
  ['not an object', '[]'],
] as const) {
  test(`a file that is ${what} is moved aside and said, and the start goes on`, () => {
    const store = newStore();
    writeFileSync(store.path, text);
    const { alerts, problem } = store.load();
    assert.deepEqual(alerts, []);
    assert.match(problem ?? '', /alerts\.json .*moved to .*alerts\.json\.broken/);
    assert.equal(readFileSync(`${store.path}.broken`, 'utf8'), text);
    assert.ok(!existsSync(store.path));
  });
}

test('a file of a later version is refused by name, never misread', () => {
  const store = newStore();
  writeFileSync(store.path, JSON.stringify({ version: 2, savedAt: 'x', open: [alert('a')] }));
  const { alerts, problem } = store.load();
  assert.deepEqual(alerts, []);
  assert.match(problem ?? '', /has version 2, this NetGuard reads 1/);
});

test('a directory that cannot be written is an error for the owner, not a crash', async () => {
  const file = join(directory, 'file');
  writeFileSync(file, '');
  const store = newStore(join(file, 'state'));
  assert.match(store.load().problem ?? '', /cannot be read/);
  store.save(() => [alert('a')]);
  await store.flush();
  assert.ok(errors[0] instanceof Error);
});
