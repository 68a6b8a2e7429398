import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const OUTPUT_BYTES = 64 << 20;

/** Debian packages by the program that is wanted of them. */
const PACKAGES: Readonly<Record<string, string>> = {
  'qemu-system-x86_64': 'qemu-system-x86',
  setpriv: 'util-linux',
  'apt-get': 'apt',
  'apt-cache': 'apt',
  'dpkg-deb': 'dpkg',
  ip: 'iproute2',
};

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly limitMs?: number;
}

/** Runs a program to its end and returns what it wrote; it is killed after `limitMs`. */
export async function output(program: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  try {
    const { stdout } = await execute(program, [...args], {
      cwd: options.cwd,
      env: { ...process.env, LC_ALL: 'C', ...options.env },
      timeout: options.limitMs ?? 60_000,
      killSignal: 'SIGKILL',
      maxBuffer: OUTPUT_BYTES,
    });
    return stdout;
  } catch (cause) {
    throw isMissing(cause) ? notInstalled(program, cause) : cause;
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

export function notInstalled(program: string, cause?: unknown): Error {
  return new Error(
    `${program} is not installed: run \`sh tools/setup.sh test\` as root, or \`apt-get install ${PACKAGES[program] ?? program}\``,
    { cause },
  );
}
