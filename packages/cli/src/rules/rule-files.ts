import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { RuleSource } from '@netguard/core';
import { CliError } from '../failure/cli-error.ts';

/** Bytes of one file. All rules of Emerging Threats in one are about 30 MB. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/** Rule files by name; of a directory those that end in `.rules`. @throws CliError NG_ERR_CLI_RULE_FILE */
export function readRuleFiles(names: readonly string[]): RuleSource[] {
  return names.flatMap(expand).map((file) => ({ file, bytes: readBytes(file) }));
}

/** The text of a file beside rules. @throws CliError NG_ERR_CLI_RULE_FILE */
export function readTextFile(file: string): string {
  return readBytes(file).toString('utf8');
}

/** Finds files that rules name: as they are named, or in the directory of one of the rule files. */
export function besideRules(sources: readonly RuleSource[]): (path: string) => string | undefined {
  const directories = [...new Set(sources.map(({ file }) => dirname(file)))];
  return (path) => {
    for (const directory of directories) {
      try {
        return readBytes(resolve(directory, path)).toString('utf8');
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
      }
    }
    return undefined;
  };
}

function expand(name: string): string[] {
  let entries: Dirent[];
  try {
    if (!statSync(name).isDirectory()) return [name];
    entries = readdirSync(name, { withFileTypes: true });
  } catch (cause) {
    throw unreadable(name, cause);
  }
  const rules = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.rules')).map((entry) => entry.name);
  return rules.sort().map((entry) => join(name, entry));
}

function readBytes(file: string): Buffer {
  try {
    if (statSync(file).size > MAX_FILE_BYTES) throw new Error(`it is larger than ${MAX_FILE_BYTES} bytes`);
    return readFileSync(file);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): CliError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new CliError('NG_ERR_CLI_RULE_FILE', `reading ${file}`, why, { cause });
}
