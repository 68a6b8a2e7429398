import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { NetGuardError, type RuleSource } from '@netguard/core';

/** Bytes of one file. All rules of Emerging Threats in one are about 30 MB. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;
const HINT = 'Check rules.files and the permissions of that path.';

/** Rule files by name; of a directory those that end in `.rules`. Throws NG_ERR_RULES_READ. */
export function readRuleFiles(names: readonly string[]): RuleSource[] {
  return ruleFileNames(names).map((file) => ({ file, bytes: readBytes(file) }));
}

/** The files that these names stand for. Throws NG_ERR_RULES_READ, also for a directory without rules. */
export function ruleFileNames(names: readonly string[]): string[] {
  return names.flatMap(expand);
}

/** The text of a file beside rules. Throws NG_ERR_RULES_READ. */
export function readRuleText(file: string): string {
  return readBytes(file).toString('utf8');
}

/** Finds files that rules name: as they are named, or in the directory of one of the rule files. */
export function besideRules(sources: readonly RuleSource[]): (path: string) => string | undefined {
  const directories = [...new Set(sources.map(({ file }) => dirname(file)))];
  return (path) => {
    for (const directory of directories) {
      try {
        return readRuleText(resolve(directory, path));
      } catch (error) {
        if (!(error instanceof NetGuardError)) throw error;
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
  const rules = entries.filter((entry) => !entry.isDirectory() && entry.name.endsWith('.rules'));
  if (rules.length === 0) throw unreadable(name, new Error('there is no *.rules file in that directory'));
  return rules.map((entry) => join(name, entry.name)).sort();
}

function readBytes(file: string): Buffer {
  try {
    if (statSync(file).size > MAX_FILE_BYTES) throw new Error(`it is larger than ${MAX_FILE_BYTES} bytes`);
    return readFileSync(file);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): NetGuardError {
  return new NetGuardError('NG_ERR_RULES_READ', `reading the rules ${file}`, { cause, hint: HINT });
}
