import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../../..', import.meta.url));
/** The command as a user starts it. */
export const netguardCommand = `${repository}packages/cli/bin/netguard`;

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** What stands before the command: `setpriv` and its arguments. */
  readonly prefix?: readonly string[];
  /** SIGKILL after this; a minute unless set. */
  readonly timeoutMs?: number;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment of a user who has set nothing for NetGuard and was not started by npm. */
export function cleanEnvironment(extra: RunOptions['env'] = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(NETGUARD_|HUBBLE_|npm_|NODE_OPTIONS|NODE_TEST)/.test(name),
  );
  return { ...Object.fromEntries(own), NO_COLOR: '1', ...extra };
}

/** Runs a program to its end and collects what it said. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const [program = command, ...rest] = [...(options.prefix ?? []), command];
  const child = spawn(program, [...rest, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: cleanEnvironment(options.env),
    timeout: options.timeoutMs ?? 60_000,
    killSignal: 'SIGKILL',
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code: code as number | null, signal: signal as NodeJS.Signals | null, stdout, stderr };
}

/** Runs `netguard` with these arguments to its end. */
export function netguard(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return run(netguardCommand, args, options);
}

/** Everything of a result, for the message of an assertion. */
export function told({ code, signal, stdout, stderr }: Ended): string {
  return `status ${code ?? signal}\n--- stdout\n${stdout.slice(-4000)}\n--- stderr\n${stderr.slice(-4000)}`;
}
