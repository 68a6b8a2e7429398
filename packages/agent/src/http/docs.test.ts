import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { testApp } from '../testing/test-app.ts';
import { LIST_PARAMETERS } from './list-routes.ts';
import { DEFAULT_LIMIT, MAX_LIMIT } from './page.ts';

const page = readFileSync(new URL('../../../../docs/reference/http-api.md', import.meta.url), 'utf8');

test('the paths in docs/reference/http-api.md are those that are answered', async () => {
  const documented = Array.from(page.matchAll(/^\| `(\/[^`]*)` \|/gm), ([, path]) => path);
  const { app } = testApp();
  await app.ready();
  const routes = app.printRoutes({ commonPrefix: false, includeHooks: false });
  assert.deepEqual(
    documented.filter((path) => !app.hasRoute({ method: 'GET', url: path ?? '' })),
    [],
    routes,
  );
  const answered = routes.match(/\(GET/g)?.length;
  assert.equal(answered, documented.length, routes);
});

test('the parameters there are those that each list takes', () => {
  for (const [list, parameters] of Object.entries(LIST_PARAMETERS)) {
    const row = new RegExp(`^\\| \`${list}\` \\| (.*) \\|$`, 'm').exec(page)?.[1] ?? '';
    const documented = Array.from(row.matchAll(/`(\w+)`/g), ([, name]) => name);
    assert.deepEqual(documented, Object.keys(parameters), list);
  }
});

test('the limits there are those of the code', () => {
  assert.ok(page.includes(`1 to ${MAX_LIMIT.toLocaleString('en')}, ${DEFAULT_LIMIT} unless given`));
});
