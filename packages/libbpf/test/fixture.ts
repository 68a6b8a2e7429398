import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cgroupRoot } from '../src/index.ts';

/** A directory of this test process, gone with it. Readable to all: some tests run as nobody. */
export const workDirectory: string = mkdtempSync(join(tmpdir(), 'libbpf-test-'));
chmodSync(workDirectory, 0o755);
process.on('exit', () => rmSync(workDirectory, { recursive: true, force: true }));

/** A name that no other run of the tests uses. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${process.pid}-${randomBytes(4).toString('hex')}`;
}

/** Compiles BPF C; returns the path of the object file. */
export function compile(source: string, name: string): string {
  const object = join(workDirectory, `${name}.bpf.o`);
  const include = `-I/usr/include/${execFileSync('uname', ['-m'], { encoding: 'utf8' }).trim()}-linux-gnu`;
  const args = [
    '-target',
    'bpf',
    '-g',
    '-O2',
    '-Wall',
    '-Werror',
    '-Wno-unused-function',
    include,
    '-x',
    'c',
    '-c',
    source,
    '-o',
    object,
  ];
  for (const clang of ['clang-19', 'clang']) {
    try {
      execFileSync(clang, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      return object;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error('neither clang-19 nor clang is installed');
}

const objects = new Map<string, string>();

/** The object of test/bpf/<name>.bpf.c. */
export function objectFile(name: string): string {
  let path = objects.get(name);
  if (!path) {
    path = compile(fileURLToPath(new URL(`bpf/${name}.bpf.c`, import.meta.url)), name);
    objects.set(name, path);
  }
  return path;
}

export const kitchenObject = (): string => objectFile('kitchen');

export function child(name: string): string {
  return fileURLToPath(new URL(`children/${name}.ts`, import.meta.url));
}

export interface ChildResult {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

/** Runs a command to its end, or kills it after a minute. */
export function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ChildResult> {
  const started = performance.now();
  const process_ = spawn(command, args, {
    env: { ...process.env, ...env },
    timeout: 60_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  process_.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  process_.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    process_.on('error', reject);
    process_.on('close', (code, signal) =>
      resolve({ code, signal, stdout, stderr, milliseconds: performance.now() - started }),
    );
  });
}

/** A cgroup of this test's own below the root of the v2 tree. */
export function temporaryCgroup(): { path: string; [Symbol.dispose](): void } {
  const root = cgroupRoot();
  if (!root) throw new Error('no cgroup v2 tree is mounted');
  const path = join(root, uniqueName('libbpf-test'));
  mkdirSync(path);
  return { path, [Symbol.dispose]: () => removeCgroup(path) };
}

function removeCgroup(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) removeCgroup(join(path, entry.name));
  // A member that has just ended may still be on its way out.
  for (let attempt = 0; ; attempt++) {
    try {
      rmdirSync(path);
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

/** A bpf file system of this test's own. */
export function temporaryBpfFs(): { path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(workDirectory, 'bpffs-'));
  execFileSync('mount', ['-t', 'bpf', 'bpf', path]);
  return { path, [Symbol.dispose]: () => void execFileSync('umount', [path]) };
}

/** The context of the kitchen's `emit` program. `bytes` of 16, 37 or 1000 a record; every `discardEvery`th is discarded. */
export function burst(count: number, bytes: number, discardEvery = 0): Uint8Array {
  return new Uint8Array(Uint32Array.of(count, bytes, discardEvery, 0).buffer);
}
