/** Every code the command line itself gives; docs/reference/cli.md carries the same table and a test compares the two. */
export const CLI_ERROR_CODES = {
  NG_ERR_CLI_USAGE: 'an option or argument has a value that cannot be used; exit status 2',
  NG_ERR_CLI_REFUSED_FLAG: 'a Hubble flag that NetGuard cannot honour; exit status 2',
  NG_ERR_CLI_TOKEN_FILE: 'the file named by --token-file or --tls-ca-file cannot be read; exit status 2',
  NG_ERR_CLI_UNREACHABLE: 'no NetGuard answers at the address',
  NG_ERR_CLI_DENIED: 'the server wants a token or refuses the one given',
  NG_ERR_CLI_RESPONSE: 'the server answered with an error or with something that is not the API of NetGuard',
  NG_ERR_CLI_NOT_FOUND: 'no alert, silence or detector has that id',
  NG_ERR_CLI_NO_POLICY: 'no policy can be made of what was seen',
  NG_ERR_CLI_NO_ALERT: 'the demo ended its round and no alert was raised',
  NG_ERR_CLI_DAEMON: 'the daemon ended by itself',
} as const satisfies Record<string, string>;

export type CliErrorCode = keyof typeof CLI_ERROR_CODES;

export interface CliErrorDetail {
  /** What the user can do about it, one or more sentences. */
  readonly hint?: string;
  /** 1 (failed) unless the code is one of bad usage, then 2. */
  readonly exitStatus?: number;
  readonly cause?: unknown;
}

const USAGE_CODES: ReadonlySet<CliErrorCode> = new Set([
  'NG_ERR_CLI_USAGE',
  'NG_ERR_CLI_REFUSED_FLAG',
  'NG_ERR_CLI_TOKEN_FILE',
]);

/** An error for the person at the keyboard: what was being done, why it did not work, what to do. */
export class CliError extends Error {
  readonly code: CliErrorCode;
  readonly hint?: string;
  readonly exitStatus: number;

  constructor(code: CliErrorCode, doing: string, why: string, detail: CliErrorDetail = {}) {
    super(doing ? `${doing}: ${why}` : why, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'CliError';
    this.code = code;
    if (detail.hint !== undefined) this.hint = detail.hint;
    this.exitStatus = detail.exitStatus ?? (USAGE_CODES.has(code) ? 2 : 1);
  }
}
