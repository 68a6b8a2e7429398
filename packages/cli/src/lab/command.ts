import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { toolPath } from './requirements.ts';

/** Where a process is to live. */
export interface Place {
  /** Directory of its cgroup in the version 2 hierarchy. */
  readonly cgroupPath: string;
  /** File of its network namespace; the caller's own when absent. */
  readonly netnsPath?: string;
}

export interface CommandResult {
  /** Exit status, or null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Sent to its standard input. */
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Ends it, by SIGKILL. */
  readonly signal?: AbortSignal;
}

/** Joins the cgroup while it is still a shell, so that nothing the program does happens outside. Status 125: no cgroup. */
const joinAndRun = 'echo 0 >"$1" || exit 125; shift; exec "$@"';

/**
 * Starts a program in a cgroup and a network namespace, in a session of its own: a Ctrl-C at the terminal reaches the
 * owner only. The pid is the program's, since shell and nsenter are replaced by it. Not `ip netns exec`, which would hide
 * /sys/fs/cgroup from it.
 */
export function spawnIn(
  place: Place,
  command: string,
  args: readonly string[] = [],
  options: SpawnOptions = {},
): ChildProcess {
  const enter = place.netnsPath === undefined ? [] : ['nsenter', `--net=${place.netnsPath}`, '--'];
  const argv = ['-c', joinAndRun, 'lab', `${place.cgroupPath}/cgroup.procs`, ...enter, command, ...args];
  const env = { ...process.env, PATH: toolPath, ...options.env };
  return spawn('/bin/sh', argv, { detached: true, ...options, env });
}

/** Runs a program to its end and collects what it said. Rejects only when it could not be started or was aborted. */
export async function runIn(
  place: Place,
  command: string,
  args: readonly string[] = [],
  { input, env, signal }: RunOptions = {},
): Promise<CommandResult> {
  const child = spawnIn(place, command, args, {
    stdio: 'pipe',
    killSignal: 'SIGKILL',
    ...(env && { env }),
    ...(signal && { signal }),
  });
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error('a child with pipes has none');
  // A program that reads no input may be gone before it is written.
  stdin.on('error', () => {});
  stdin.end(input ?? '');
  const [out, err, [code, by]] = await Promise.all([text(stdout), text(stderr), once(child, 'close')]);
  return { code: code as number | null, signal: by as NodeJS.Signals | null, stdout: out, stderr: err };
}
