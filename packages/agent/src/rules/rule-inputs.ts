import { parseClassifications, type ReputationFiles, type RuleOptions, type RuleSource } from '@netguard/core';
import type { Config } from '../config/schema.ts';
import { besideRules, readRuleFiles, readRuleText } from './rule-files.ts';

type Settings = Config['rules'];

/** All that a set of rules is compiled from, as plain data; files that rules name themselves are read while compiling. */
export interface RuleInputs {
  readonly sources: readonly RuleSource[];
  readonly variables: RuleOptions['variables'] & {};
  readonly classes: Readonly<Record<string, number>>;
  readonly reputation: ReputationFiles | undefined;
  readonly disabled: readonly number[];
}

/** Reads what the section `rules` names; undefined when it names no files. Throws NG_ERR_RULES_READ. */
export function readRuleInputs(settings: Settings): RuleInputs | undefined {
  if (settings.files.length === 0) return undefined;
  const { variables, classificationFile, reputation, disable } = settings;
  return {
    sources: readRuleFiles(settings.files),
    // Where a rule uses one says whether it is of addresses or of ports.
    variables: { addresses: variables, ports: variables },
    classes: classificationFile === undefined ? {} : parseClassifications(readRuleText(classificationFile)),
    reputation: reputation && {
      categories: readRuleText(reputation.categoriesFile),
      lists: reputation.files.map(readRuleText),
    },
    disabled: disable,
  };
}

/** The files beside the rules themselves, and those that rules name. */
export function ruleInputFiles({ classificationFile, reputation }: Settings): string[] {
  const files = [classificationFile, reputation?.categoriesFile, ...(reputation?.files ?? [])];
  return files.filter((file) => file !== undefined);
}

/** How core compiles them. */
export function ruleOptions({ sources, variables, classes, reputation, disabled }: RuleInputs): RuleOptions {
  return {
    variables,
    classes,
    ...(reputation && { reputation }),
    disabled: new Set(disabled),
    readFile: besideRules(sources),
  };
}
