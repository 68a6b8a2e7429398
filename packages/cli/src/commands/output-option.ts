import { Option } from 'commander';

export type TableOrJson = 'table' | 'json';

/** `-o table|json`, as every command that prints a result has it. */
export function outputOption(what = 'table for people, json for programs'): Option {
  return new Option('-o, --output <format>', what).choices(['table', 'json']).default('table');
}
