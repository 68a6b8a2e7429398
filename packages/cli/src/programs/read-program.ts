import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CliError } from '../failure/cli-error.ts';
import { safeText } from '../text/safe-text.ts';

/** A program's file and the YAML beside it, as the server is sent them. */
export interface SentProgram {
  /** Absolute. */
  readonly file: string;
  /** Base64. */
  readonly content: string;
  readonly spec?: string;
}

/** As the server has it: more is not sent. */
const LARGEST_FILE = 4 * 1024 * 1024;

/** @throws CliError NG_ERR_CLI_USAGE for a file that cannot be read, is too large, or whose name says not what it is */
export async function readProgram(path: string): Promise<SentProgram> {
  const doing = `reading ${safeText(path)}`;
  const ending = /\.(?:bpf\.[co]|bt)$/;
  if (!ending.test(path)) {
    throw new CliError('NG_ERR_CLI_USAGE', doing, 'its name says not what it is', {
      hint: 'Name it NAME.bpf.c (C source), NAME.bpf.o (compiled) or NAME.bt (bpftrace).',
    });
  }
  const content = await readFile(path).catch((cause: unknown) => {
    throw new CliError('NG_ERR_CLI_USAGE', doing, (cause as Error).message, { cause });
  });
  if (content.length > LARGEST_FILE) {
    throw new CliError('NG_ERR_CLI_USAGE', doing, `it has ${content.length} bytes; up to ${LARGEST_FILE} are taken`, {
      hint: 'An object without its DWARF sections is smaller: llvm-strip -g FILE keeps the types (BTF).',
    });
  }
  const beside = path.replace(ending, '.yaml');
  const spec = await readFile(beside, 'utf8').catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CliError('NG_ERR_CLI_USAGE', `reading ${safeText(beside)}`, (cause as Error).message, { cause });
  });
  return { file: resolve(path), content: content.toString('base64'), ...(spec === undefined ? {} : { spec }) };
}

/** `KEY=VALUE` of --set, collected. @throws CliError NG_ERR_CLI_USAGE */
export function parseSettings(texts: readonly string[]): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const text of texts) {
    const [, key, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
    if (key === undefined || value === undefined) {
      throw new CliError('NG_ERR_CLI_USAGE', 'reading --set', `${safeText(text)} is no KEY=VALUE`, {
        hint: 'Write --set min_bytes=1024, once for each variable.',
      });
    }
    settings[key] = value;
  }
  return settings;
}
