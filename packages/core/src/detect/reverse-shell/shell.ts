import type { Endpoint } from '../../endpoint.ts';

/** `prompt`, `output` and `commands`: what the ends wrote; `typing`: how they take turns. */
export type ShellForm = 'prompt' | 'output' | 'commands' | 'typing';

/** A conversation in which one end may be a shell. */
export interface Shell {
  /** Who runs the shell, and who uses it: the one that is watched is first where it called out, second where it was called. */
  readonly local: Endpoint;
  readonly localKey: string;
  readonly remote: Endpoint;
  /** The watched end called out: the shell is reverse. Else it was bound to a port. */
  readonly isOutward: boolean;
  readonly sinceMs: number;
  lastMs: number;
  greeting: string | undefined;
  output: string | undefined;
  /** First word of what the other end typed. */
  command: string | undefined;
  /** The shell's end wrote text that says nothing. */
  hasText: boolean;
  /** The other end did. */
  hasInput: boolean;
  /** Short messages of the other end after a pause, their bytes, and when it last sent one. */
  turns: number;
  turnBytes: number;
  answers: number;
  turnMs: number;
  form: ShellForm | undefined;
  alarmSinceMs: number;
  unreported: number;
}

export function newShell(
  local: Endpoint,
  localKey: string,
  remote: Endpoint,
  isOutward: boolean,
  timeMs: number,
): Shell {
  return {
    local,
    localKey,
    remote,
    isOutward,
    sinceMs: timeMs,
    lastMs: timeMs,
    greeting: undefined,
    output: undefined,
    command: undefined,
    hasText: false,
    hasInput: false,
    turns: 0,
    turnBytes: 0,
    answers: 0,
    turnMs: timeMs,
    form: undefined,
    alarmSinceMs: Number.NaN,
    unreported: 0,
  };
}

/** What is to be seen of a shell in it. */
export function signsOf(shell: Shell): { readonly signs: number; readonly form: ShellForm | undefined } {
  const prompt = shell.greeting !== undefined;
  const output = shell.output !== undefined && shell.hasInput;
  const commands = shell.command !== undefined && shell.hasText;
  const form = prompt ? 'prompt' : output ? 'output' : commands ? 'commands' : undefined;
  return { signs: Number(prompt) + Number(output) + Number(commands), form };
}
