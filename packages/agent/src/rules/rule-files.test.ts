import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { besideRules, readRuleFiles } from './rule-files.ts';

const directory = mkdtempSync(join(tmpdir(), 'ng-rules-'));
after(() => rmSync(directory, { recursive: true }));
writeFileSync(join(directory, 'b.rules'), 'second');
writeFileSync(join(directory, 'a.rules'), 'first');
writeFileSync(join(directory, 'names.lst'), 'eA==\n');
mkdirSync(join(directory, 'empty'));

describe('rule files', () => {
  it('are those of a directory in their order, or the file itself', () => {
    const text = (names: string[]) => readRuleFiles(names).map(({ bytes }) => Buffer.from(bytes).toString());
    assert.deepEqual(text([directory]), ['first', 'second']);
    assert.deepEqual(text([join(directory, 'b.rules')]), ['second']);
  });

  it('have beside them the files that rules name', () => {
    const find = besideRules(readRuleFiles([directory]));
    assert.deepEqual([find('names.lst'), find('nowhere.lst')], ['eA==\n', undefined]);
  });

  it('that are not there, and directories without any, are named', () => {
    const refused = (name: string, reason: RegExp) =>
      assert.throws(() => readRuleFiles([join(directory, name)]), { code: 'NG_ERR_RULES_READ', message: reason });
    refused('nowhere.rules', /reading the rules .*nowhere\.rules: ENOENT/);
    refused('empty', /there is no \*\.rules file in that directory/);
  });
});
