import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readRuleFiles } from '@netguard/agent';
import { ruleCoverage } from '@netguard/core';
import { CliError } from '../failure/cli-error.ts';
import { palette } from '../text/palette.ts';
import { coverageText } from './coverage-text.ts';
import { parseVariables } from './rule-variables.ts';

const directory = mkdtempSync(join(tmpdir(), 'ng-rules-'));
after(() => rmSync(directory, { recursive: true }));

const rule = (sid: number, options = 'content:"x";') =>
  `alert tcp $HOME_NET any -> any $WEB_PORTS (${options} sid:${sid};)\n`;
writeFileSync(
  join(directory, 'b.rules'),
  rule(1) + rule(2, 'flags:S;') + rule(3, 'flags:A;') + rule(4, 'x\u001b[31m;'),
);
writeFileSync(join(directory, 'a.rules'), `${rule(5)}# ${rule(6)}`);

describe('rules check', () => {
  const sources = readRuleFiles([directory]);
  const coverage = ruleCoverage(sources, { variables: parseVariables(['HOME_NET=any', '$WEB_PORTS=[80,8080]']) });
  const lines = coverageText(coverage, 12.3, 1, palette({ colour: false }));

  it('prints a line a file, refused rules by keyword with the first of them, and a sum', () => {
    assert.match(lines[1]!, /^ +1 +– +– +1 +.*a\.rules$/);
    assert.match(lines[2]!, /^ +1 +3 +– +– +.*b\.rules$/);
    assert.deepEqual(lines.slice(5, 8), [
      '  flags: 2',
      `    ${join(directory, 'b.rules')}:2:44  a sample is payload, without headers of packets (sid 2)`,
      '    … 1 more',
    ]);
    assert.equal(lines.at(-1), '2 of 5 rules loaded, 3 refused: 40 % can be honoured, read in 12 ms');
  });

  it('prints nothing unsafe', () => {
    assert.equal(lines.join('').includes('\u001b'), false);
  });

  it('says which variable is none', () => {
    assert.throws(() => parseVariables(['HOME_NET']), CliError);
  });
});
