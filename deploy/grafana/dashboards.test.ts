import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { catalogue, countedTwice, unknownNames } from '../testing/catalogue.ts';
import { substituted } from '../testing/promql.ts';
import { panelsOf } from './src/dashboard.ts';
import { dashboards } from './src/dashboards.ts';
import { expressions, labelQueries } from './src/expressions.ts';
import { drifted } from './src/generate.ts';

/** Grafana's own; `$1` is a group of a regular expression. */
const BUILT_IN = /^(__rate_interval|__range|__url_time_range|__value\.raw|__data\.fields\[.*\]|__all|\d)$/;

test('what is committed is what the sources make', () => {
  assert.deepEqual(drifted(), []);
});

test('drift is noticed: a dashboard that changed, one that is missing, one that belongs to nobody', () => {
  const names = dashboards.map(({ uid }) => `${uid}.json`);
  assert.deepEqual(drifted(new Map()).sort(), names.sort());
  assert.ok(drifted(new Map([['netguard-new.json', '{}']])).includes('netguard-new.json'));
});

for (const dashboard of dashboards) {
  const { uid = '', title } = dashboard;

  test(`${title}: every expression is PromQL and names metrics and labels that there are`, () => {
    const known = catalogue();
    const all = expressions(dashboard);
    assert.ok(all.length > 8);
    for (const { where, expr } of all) assert.deepEqual(unknownNames(substituted(expr), known), [], where);
    for (const { where, selector, label } of labelQueries(dashboard)) {
      assert.deepEqual(unknownNames(`count by (${label}) (${substituted(selector)})`, known), [], where);
    }
  });

  test(`${title}: no connection counts twice, and rates fit any scrape interval`, () => {
    for (const { where, expr } of expressions(dashboard)) {
      assert.deepEqual(countedTwice(substituted(expr)), [], where);
      assert.doesNotMatch(expr, /\brate\([^[]*\[(?!\$__rate_interval\])/, where);
    }
  });

  test(`${title}: every variable that is used is defined, and every one defined is used`, () => {
    const { templating, ...rest } = dashboard;
    const defined = (templating?.list ?? []).map(({ name }) => name);
    assert.equal(new Set(defined).size, defined.length);
    const used = variablesOf({ rest, queries: templating?.list?.map(({ query }) => query) });
    for (const name of used) assert.ok(defined.includes(name), `$${name}`);
    for (const name of defined) assert.ok(used.has(name), `$${name} does nothing`);
  });

  test(`${title}: panels have ids of their own, a description, a unit, and room`, () => {
    const ids = (dashboard.panels ?? []).map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    const titles = panelsOf(dashboard).map((panel) => panel.title);
    assert.equal(new Set(titles).size, titles.length, 'titles');
    for (const panel of panelsOf(dashboard)) {
      assert.ok((panel.description?.length ?? 0) > 10, panel.title);
      assert.ok(JSON.stringify(panel.fieldConfig).includes('"unit"'), panel.title);
      assert.ok((panel.targets ?? []).length > 0, panel.title);
    }
    assertApart(dashboard);
  });

  test(`${title}: links lead to dashboards that there are, and carry time and data source`, () => {
    const [link] = dashboard.links ?? [];
    assert.ok(link?.includeVars && link.keepTime && link.tags?.includes('netguard'));
    const uids = new Set(dashboards.map((each) => each.uid));
    for (const [, target = '', query = ''] of JSON.stringify(dashboard.panels).matchAll(
      /"\/d\/([^?"]+)\?((?:[^"\\]|\\.)*)"/g,
    )) {
      assert.ok(uids.has(target), target);
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own notation
      assert.ok(query.includes('${__url_time_range}') && query.includes('${datasource:queryparam}'), query);
      const names = dashboards.find((each) => each.uid === target)?.templating?.list?.map(({ name }) => name) ?? [];
      for (const [, name = ''] of query.matchAll(/&var-(\w+)=/g)) assert.ok(names.includes(name), `${target}: ${name}`);
    }
  });

  test(`${title}: can be imported: a short uid of its own, no id, a data source to choose`, () => {
    assert.match(uid, /^netguard-[a-z]+$/);
    assert.equal(dashboards.filter((each) => each.uid === uid).length, 1);
    assert.equal(dashboard.id, undefined);
    for (const { datasource, targets = [] } of panelsOf(dashboard)) {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own notation
      const wanted = { type: 'prometheus', uid: '${datasource}' };
      assert.deepEqual(datasource, wanted);
      for (const target of targets) assert.deepEqual((target as { datasource?: unknown }).datasource, wanted);
    }
  });
}

function variablesOf(value: unknown): Set<string> {
  const text = JSON.stringify(value);
  const names = Array.from(
    text.matchAll(/\$(?:\{((?:[^}:])+)(?::\w+)?\}|(\w+))/g),
    ([, braced, bare]) => braced ?? bare,
  );
  return new Set(names.filter((name): name is string => name !== undefined && !BUILT_IN.test(name)));
}

function assertApart({ panels = [] }: Dashboard): void {
  const taken = new Map<string, string>();
  for (const { gridPos, title = '' } of panels) {
    assert.ok(gridPos && gridPos.x + gridPos.w <= 24, `${title} is wider than the page`);
    for (let x: number = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y: number = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.equal(taken.get(`${x} ${y}`), undefined, `${title} lies on another panel`);
        taken.set(`${x} ${y}`, title);
      }
    }
  }
}
