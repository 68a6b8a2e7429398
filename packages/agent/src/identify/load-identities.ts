import { readFileSync, statSync } from 'node:fs';
import { NetGuardError } from '@netguard/core';
import { ConfigError, zodProblems } from '../config/problem.ts';
import { parseYamlFile } from '../config/yaml-file.ts';
import { identityProblems } from './identity-checks.ts';
import type { IdentityFile } from './identity-file.ts';
import { identitySchema } from './identity-schema.ts';

/* 200,000 pods of 500 bytes: anything bigger is not an identity file. */
const MAX_BYTES = 128 * 1024 * 1024;
const HINT = 'See docs/reference/identity.md.';

/** Reads and checks a static identity file. Throws NG_ERR_IDENTITY_READ, _SYNTAX or _INVALID, naming file, line and column. */
export function loadIdentities(file: string): IdentityFile {
  let text: string;
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) throw new Error(`${size} bytes are more than the ${MAX_BYTES} that are read`);
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new NetGuardError('NG_ERR_IDENTITY_READ', `reading the identity file ${file}`, {
      cause,
      hint: 'Check identity.file and the permissions of that path.',
    });
  }
  return parseIdentities(text, file);
}

/** The same for text that is already read; `file` is the name used in messages. */
export function parseIdentities(text: string, file: string): IdentityFile {
  const yaml = parseYamlFile(text, file, 'NG_ERR_IDENTITY_SYNTAX');
  const parsed = identitySchema.safeParse(yaml.value ?? {});
  const problems = parsed.success
    ? identityProblems(parsed.data, yaml.locate)
    : zodProblems(parsed.error, identitySchema, yaml.value ?? {}, yaml.locate);
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new ConfigError('NG_ERR_IDENTITY_INVALID', 'reading the identities', problems, HINT);
}
