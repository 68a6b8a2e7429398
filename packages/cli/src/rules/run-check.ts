import { parseClassifications, ruleCoverage } from '@netguard/core';
import type { CheckFlags } from '../commands/rules.ts';
import { loadAgent } from '../daemon/load-agent.ts';
import { palette, wantsColour } from '../text/palette.ts';
import { safeJson } from '../text/safe-json.ts';
import { writeOut } from '../text/write-out.ts';
import { coverageText } from './coverage-text.ts';
import { parseVariables } from './rule-variables.ts';

/** Compiles the rules and prints what loads and what does not; exit status 1 when a rule is refused. */
export async function runCheck(files: readonly string[], flags: CheckFlags): Promise<void> {
  const { besideRules, readRuleFiles, readRuleText } = await loadAgent();
  const variables = parseVariables(flags.var);
  const classes = flags.classification === undefined ? {} : parseClassifications(readRuleText(flags.classification));
  const sources = readRuleFiles(files);
  const start = performance.now();
  // Labels are known where an agent runs.
  const labelsOf = () => undefined;
  const coverage = ruleCoverage(sources, { variables, classes, labelsOf, readFile: besideRules(sources) });
  const milliseconds = performance.now() - start;
  if (flags.output === 'json') {
    await writeOut(`${safeJson({ ...coverage, milliseconds: Math.round(milliseconds) }, 2)}\n`);
  } else {
    const colours = palette({ colour: wantsColour(process.stdout, process.env) });
    await writeOut(`${coverageText(coverage, milliseconds, flags.lines, colours).join('\n')}\n`);
  }
  if (coverage.refused > 0) process.exitCode = 1;
}
