import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { ApiClient } from '../client/api-client.ts';
import { CliError } from '../failure/cli-error.ts';
import { safeText } from '../text/safe-text.ts';
import { writeOut } from '../text/write-out.ts';

/** Writes the export of the server into the file, or to standard output. @throws CliError NG_ERR_CLI_USAGE */
export async function exportBaselines(
  client: ApiClient,
  filter: Readonly<Record<string, string>>,
  file: string | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const snapshot = await client.get<{ readonly workloads: readonly unknown[] }>(
    `/api/v1/baselines/export?${new URLSearchParams(filter)}`,
    signal,
  );
  const json = `${JSON.stringify(snapshot)}\n`;
  if (file === undefined) return writeOut(json);
  try {
    await writeFile(file, json, { mode: 0o600 });
  } catch (cause) {
    throw new CliError('NG_ERR_CLI_USAGE', `writing ${safeText(file)}`, (cause as Error).message, { cause });
  }
  return writeOut(`${snapshot.workloads.length} workloads written to ${safeText(file)}\n`);
}

/** The parsed content of an export; what it says is checked by the server. @throws CliError NG_ERR_CLI_USAGE */
export async function readBaselines(file: string): Promise<unknown> {
  const doing = `reading ${file === '-' ? 'standard input' : safeText(file)}`;
  const json = await (file === '-' ? text(process.stdin) : readFile(file, 'utf8')).catch((cause: unknown) => {
    throw new CliError('NG_ERR_CLI_USAGE', doing, (cause as Error).message, { cause });
  });
  try {
    return JSON.parse(json) as unknown;
  } catch {
    throw new CliError('NG_ERR_CLI_USAGE', doing, 'it is no JSON', {
      hint: 'Name a file that `netguard baseline export` wrote.',
    });
  }
}
