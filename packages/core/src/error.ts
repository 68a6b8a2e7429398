/** A stable name that documents and scripts may hold on to; all are listed in docs/reference/errors.md. */
export type NetGuardErrorCode = `NG_ERR_${string}`;

export interface NetGuardErrorOptions {
  readonly cause?: unknown;
  /** What the user should do next: one sentence. */
  readonly hint?: string;
  /** Long supporting text (a verifier log, all problems of a file): shown on request, not in the message. */
  readonly detail?: string;
}

/**
 * An error is a code, a doing-phrase and a cause: `new NetGuardError('NG_ERR_BPF_LOAD', 'loading sockets.bpf.o', { cause })`
 * reads "loading sockets.bpf.o: Operation not permitted". The phrase says what was being done, the cause why it ended.
 */
export class NetGuardError extends Error {
  readonly code: NetGuardErrorCode;
  readonly phrase: string;
  readonly hint: string | undefined;
  readonly detail: string | undefined;

  constructor(code: NetGuardErrorCode, phrase: string, options: NetGuardErrorOptions = {}) {
    const reason = causeText(options.cause);
    super(reason === '' ? phrase : `${phrase}: ${reason}`, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'NetGuardError';
    this.code = code;
    this.phrase = phrase;
    this.hint = options.hint;
    this.detail = options.detail;
  }
}

/** The error as a user reads it: message and code on the first line, what to do next on the second. */
export function explainError(error: unknown): string {
  if (!(error instanceof NetGuardError)) return causeText(error);
  const first = `${error.message} (${error.code})`;
  return error.hint === undefined ? first : `${first}\n  → ${error.hint}`;
}

function causeText(cause: unknown): string {
  if (cause === undefined || cause === null) return '';
  return cause instanceof Error ? cause.message : String(cause);
}
