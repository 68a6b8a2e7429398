import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const ruleFile = fileURLToPath(new URL('../../charts/netguard/rules/netguard.yaml', import.meta.url));
export const ruleTestFile = fileURLToPath(new URL('../prometheus/netguard.test.yaml', import.meta.url));

export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** All rules of charts/netguard/rules/netguard.yaml. */
export function rules(): Rule[] {
  const { groups } = parse(readFileSync(ruleFile, 'utf8')) as { groups: { rules: Rule[] }[] };
  return groups.flatMap((group) => group.rules);
}
