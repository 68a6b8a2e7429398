/** What is wrong in a file, in the words of a person: where, what was found, what was expected, what was perhaps meant. */

import { NetGuardError, type NetGuardErrorCode, nearestName } from '@netguard/core';
import type { z } from 'zod';
import { formatPath, keysOf, type Path, type Schema, schemaAt } from './schema-walk.ts';

export interface Problem {
  /** `netguard.yaml:12:3`, `environment NETGUARD_LOG__LEVEL` or `flag`. */
  readonly where: string;
  readonly message: string;
}

/** Says where the value at a path came from; `'key'` asks for the key's own place, to point at one that is not known. */
export type Locate = (path: Path, part?: 'key' | 'value') => string;

/** All problems at once; the message holds the first and says how many follow, `detail` has every one. */
export class ConfigError extends NetGuardError {
  readonly problems: readonly Problem[];

  constructor(code: NetGuardErrorCode, phrase: string, problems: readonly Problem[], hint?: string) {
    const lines = problems.map((problem) => `${problem.where}: ${problem.message}`);
    const more = lines.length > 1 ? ` (and ${lines.length - 1} more)` : '';
    super(code, phrase, {
      cause: `${lines[0] ?? ''}${more}`,
      detail: lines.join('\n'),
      ...(hint === undefined ? {} : { hint }),
    });
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** `meant` may know better than the nearest key what an unknown one was meant to be: a whole message, or undefined. */
export function zodProblems(
  error: z.ZodError,
  schema: Schema,
  input: unknown,
  locate: Locate,
  meant: (path: Path) => string | undefined = () => undefined,
): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    if (issue.code === 'unrecognized_keys') {
      const place = schemaAt(schema, issue.path, input);
      const known = place ? keysOf(place) : [];
      return issue.keys.map((key) => ({
        where: locate([...issue.path, key], 'key'),
        message: meant([...issue.path, key]) ?? unknownKey([...issue.path, key], known),
      }));
    }
    const found = valueAt(input, issue.path);
    const name = formatPath(issue.path);
    if (found === undefined) return [{ where: locate(issue.path), message: `${name} is missing` }];
    return [{ where: locate(issue.path), message: `${name}: ${issue.message}, found ${shortText(found)}` }];
  });
}

/** `unknown key "server.lissten", did you mean "listen"?` */
export function unknownKey(path: Path, known: readonly string[], what = 'key'): string {
  const key = String(path.at(-1));
  const nearest = nearestName(key, known) ?? nearestName(`${key}File`, known);
  const named = `unknown ${what} ${JSON.stringify(formatPath(path))}`;
  if (nearest !== undefined) return `${named}, did you mean ${JSON.stringify(nearest)}?`;
  if (known.length === 0) return named;
  return `${named}; known here: ${[...known].sort().join(', ')}`;
}

/** A value as it stands in a message: one line, at most 60 characters, control characters escaped. */
export function shortText(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );
}
