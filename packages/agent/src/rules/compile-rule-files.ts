import { compileRules, type RuleSet } from '@netguard/core';
import type { Config } from '../config/schema.ts';
import { chooseMultiPattern } from '../vectorscan/choose-multi-pattern.ts';
import { readRuleInputs, ruleOptions } from './rule-inputs.ts';

/** Compiles the rules of a configuration in one go; undefined when it has none. The caller closes them. Throws NG_ERR_RULES_READ. */
export function compileRuleFiles(settings: Config['rules']): RuleSet | undefined {
  const inputs = readRuleInputs(settings);
  if (inputs === undefined) return undefined;
  return compileRules(inputs.sources, { ...ruleOptions(inputs), makeMultiPattern: chooseMultiPattern().make });
}
