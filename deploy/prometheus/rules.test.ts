import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { catalogue, countedTwice, unknownNames } from '../testing/catalogue.ts';
import { ruleFile, rules, ruleTestFile } from '../testing/rule-file.ts';

const documentation = fileURLToPath(new URL('../../docs/guide/troubleshooting.md', import.meta.url));

function promtool(...args: string[]): string {
  const { status, error, stdout, stderr } = spawnSync('promtool', args, {
    encoding: 'utf8',
    cwd: dirname(ruleTestFile),
  });
  assert.ifError(error && new Error('promtool is needed: sh tools/setup.sh test', { cause: error }));
  assert.equal(status, 0, `${stdout}${stderr}`);
  return stdout;
}

test('promtool finds no fault with the rules', () => {
  assert.match(promtool('check', 'rules', '--lint=all', '--lint-fatal', ruleFile), /SUCCESS/);
});

test('rules do what deploy/prometheus/netguard.test.yaml says', () => {
  assert.match(promtool('test', 'rules', ruleTestFile), /SUCCESS/);
});

test('every rule is tried there', () => {
  const tried = readFileSync(ruleTestFile, 'utf8');
  for (const { alert, record } of rules()) {
    const name = alert ?? record ?? '';
    assert.match(tried, new RegExp(alert ? `alertname: ${name}\\b` : `expr: .*${name}`), `${name} has no test`);
  }
});

test('rules name metrics and labels that there are, and count no connection twice', () => {
  const known = catalogue();
  for (const { alert, record = '', expr } of rules()) {
    assert.deepEqual(unknownNames(expr, known), [], alert ?? record);
    const apart = /^workload:netguard_edge_\w+:/.test(record) || alert === 'NetGuardSeriesCapReached';
    assert.deepEqual(countedTwice(expr, { apart }), [], alert ?? record);
  }
});

test('recorded names follow level:metric:operations', () => {
  for (const { record } of rules()) {
    if (record)
      assert.match(
        record,
        /^(cluster|namespace|workload|listener|node|edge):netguard_[a-z_]+:(rate5m|ratio|ratio_rate5m|sum)$/,
      );
  }
});

test('every alert says what it means and leads to a section of the troubleshooting page', () => {
  const page = readFileSync(documentation, 'utf8');
  const anchors = new Set(Array.from(page.matchAll(/^##+ (.+)$/gm), ([, title = '']) => anchorOf(title)));
  for (const { alert, labels, annotations } of rules()) {
    if (!alert) continue;
    assert.match(alert, /^NetGuard[A-Z]\w+$/);
    assert.match(labels?.severity ?? '', /^(critical|warning|info)$/, alert);
    assert.ok(annotations?.summary && annotations.description, alert);
    const [path, anchor = ''] = (annotations.runbook_url ?? '').split('#');
    assert.equal(path, 'docs/guide/troubleshooting.md', alert);
    assert.ok(anchors.has(anchor), `${alert}: no section #${anchor}`);
    assert.ok(page.includes(`\`${alert}\``), `${alert} is not named there`);
  }
});

/** As Markdown renderers make them. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .trim()
    .replace(/\s/g, '-');
}
