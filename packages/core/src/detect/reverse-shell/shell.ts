import type { Endpoint } from '../../endpoint.ts';
import { commandOutput, greeting, typedCommand } from './shell-text.ts';

/** `prompt`, `output` and `commands`: what the ends wrote; `typing`: how they take turns. */
export type ShellForm = 'prompt' | 'output' | 'commands' | 'typing';

/** What one end wrote, as far as it was sampled. */
export class WrittenText {
  /** It wrote something. */
  isThere = false;
  greeting: string | undefined;
  output: string | undefined;
  /** First word of the first line, where all lines are commands. */
  command: string | undefined;

  add(text: string): void {
    this.isThere = true;
    this.greeting ??= greeting(text);
    this.output ??= commandOutput(text);
    this.command ??= typedCommand(text);
  }
}

/** What is to be seen of a shell at one end: how many signs, and the strongest. */
export interface ShellSigns {
  readonly signs: number;
  readonly form: ShellForm | undefined;
}

/** A conversation in which one end may be a shell. */
export class Shell {
  readonly client: Endpoint;
  readonly clientKey: string;
  /** With its port. */
  readonly server: Endpoint;
  readonly sinceMs: number;
  readonly byClient = new WrittenText();
  readonly byServer = new WrittenText();
  lastMs: number;
  /** Short messages of the server after a pause, their bytes, and how many were answered. */
  turns = 0;
  turnBytes = 0;
  answers = 0;
  form: ShellForm | undefined;
  /** The client has the shell: it was made to call out. Else the server has, and waits on a port. */
  isReverse = true;
  alarmSinceMs = Number.NaN;
  unreported = 0;

  constructor(client: Endpoint, clientKey: string, server: Endpoint, timeMs: number) {
    this.client = client;
    this.clientKey = clientKey;
    this.server = server;
    this.sinceMs = timeMs;
    this.lastMs = timeMs;
  }

  get isAlarmed(): boolean {
    return !Number.isNaN(this.alarmSinceMs);
  }

  /** Of the end that `isReverse` says, what it wrote as a shell and what the other typed. */
  get texts(): { readonly shell: WrittenText; readonly hand: WrittenText } {
    return this.isReverse
      ? { shell: this.byClient, hand: this.byServer }
      : { shell: this.byServer, hand: this.byClient };
  }
}

export function shellSigns(shell: WrittenText, hand: WrittenText): ShellSigns {
  const prompt = shell.greeting !== undefined;
  const output = shell.output !== undefined && hand.isThere;
  const commands = hand.command !== undefined && shell.isThere;
  const form = prompt ? 'prompt' : output ? 'output' : commands ? 'commands' : undefined;
  return { signs: Number(prompt) + Number(output) + Number(commands), form };
}
