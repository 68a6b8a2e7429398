import { safeText } from '../text/safe-text.ts';

interface ErrorLike {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly hint?: unknown;
  readonly exitStatus?: unknown;
  readonly cause?: unknown;
  /** Long supporting text: all problems of a file, a verifier log. */
  readonly detail?: unknown;
  /** What is wrong in a configuration, one entry each. */
  readonly problems?: unknown;
}

interface Problem {
  readonly where: unknown;
  readonly message: unknown;
}

const MAX_PROBLEMS = 30;

/**
 * An error as the command prints it: `error: <doing>: <cause>`, the hint indented, the code last. Causes whose text is not
 * in the message already follow on their own lines, and so do all problems of a configuration. No stack and no long detail
 * unless `debug` (NETGUARD_DEBUG=1).
 */
export function renderError(error: unknown, debug = false): string {
  const lines: string[] = [];
  const seen = new Set<unknown>();
  let message = '';
  for (let e: unknown = error; e !== undefined && e !== null && !seen.has(e) && seen.size < 6; e = causeOf(e)) {
    seen.add(e);
    const text = messageOf(e);
    if (lines.length === 0) {
      message = text;
      lines.push(`error: ${safeLines(text)}`);
    } else if (text && !message.includes(text)) {
      message += text;
      lines.push(`  because: ${safeLines(text)}`);
    }
  }
  if (lines.length === 0) lines.push(`error: ${String(error)}`);
  const { hint, code, detail, problems } = (typeof error === 'object' && error ? error : {}) as ErrorLike;
  if (Array.isArray(problems) && problems.length > 1) {
    for (const { where, message: what } of problems.slice(0, MAX_PROBLEMS) as Problem[]) {
      lines.push(`  ${safeText(String(where))}: ${safeText(String(what))}`);
    }
    if (problems.length > MAX_PROBLEMS) lines.push(`  … and ${problems.length - MAX_PROBLEMS} more`);
  }
  if (typeof hint === 'string' && hint && !message.includes(hint)) lines.push(`  ${safeLines(hint)}`);
  if (typeof code === 'string' && code) lines.push(`  (${safeText(code)})`);
  if (debug && typeof detail === 'string' && !Array.isArray(problems)) lines.push('', safeLines(detail));
  if (debug && error instanceof Error && error.stack) lines.push('', error.stack);
  return `${lines.join('\n')}\n`;
}

/** 2 for bad usage and configuration, else 1. */
export function exitStatusOf(error: unknown): number {
  const { exitStatus, code } = (typeof error === 'object' && error ? error : {}) as ErrorLike;
  if (typeof exitStatus === 'number') return exitStatus;
  return typeof code === 'string' && /^NG_ERR_CONFIG(_|$)/.test(code) ? 2 : 1;
}

function messageOf(e: unknown): string {
  if (typeof e === 'object' && e !== null) {
    const { message, code } = e as ErrorLike;
    if (typeof message === 'string' && message) return message;
    if (typeof code === 'string') return code;
  }
  return String(e);
}

function causeOf(e: unknown): unknown {
  return typeof e === 'object' ? (e as ErrorLike).cause : undefined;
}

function safeLines(text: string): string {
  return text.trim().split('\n').map(safeText).join('\n    ');
}
