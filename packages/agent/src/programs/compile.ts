/** Compiles a user's C source as NetGuard's own programs are compiled (tools/build-bpf.sh), warnings being no errors. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programError } from './program-error.ts';

const COMPILERS = ['clang-19', 'clang-18', 'clang-17', 'clang-16', 'clang'];
/** Fifty lines take a third of a second, a vmlinux.h three. */
const COMPILE_LIMIT_MS = 20_000;
const OUTPUT_LIMIT = 1024 * 1024;
const LONGEST_LINE = 160;

export interface CompileOptions {
  /** Where compilers are looked for; PATH unless given. */
  readonly path?: string;
  /** Directory that holds `netguard/kernel.h`; found by itself unless given. */
  readonly includeDirectory?: string | undefined;
  readonly signal?: AbortSignal;
}

/** Where `netguard/kernel.h` lies: beside the built package, or in the source tree. Undefined when it was not shipped. */
export function includeDirectory(): string | undefined {
  return ['./bpf/include', '../../../../bpf/include']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((directory) => existsSync(join(directory, 'netguard/kernel.h')));
}

/**
 * Compiles `directory`/`file` to an object beside it and returns that object's path. Throws NG_ERR_PROGRAM_COMPILE: what is not
 * installed, or the compiler's first error with file, line and column as it has them.
 */
export async function compileProgram(directory: string, file: string, options: CompileOptions = {}): Promise<string> {
  const doing = `compiling ${file}`;
  const compiler = findCompiler(options.path ?? process.env.PATH ?? '');
  if (compiler === undefined) {
    throw programError('NG_ERR_PROGRAM_COMPILE', doing, 'clang is not installed where NetGuard runs', {
      hint: `Install it (apt-get install clang-19 libbpf-dev), or compile elsewhere and load the object: clang ${FLAGS.join(' ')} -I bpf/include -c ${file} -o ${objectName(file)}`,
    });
  }
  if (!existsSync('/usr/include/bpf/bpf_helpers.h')) {
    throw programError('NG_ERR_PROGRAM_COMPILE', doing, "libbpf's headers are not installed where NetGuard runs", {
      hint: 'Install them (apt-get install libbpf-dev), or compile elsewhere and load the object.',
    });
  }
  const object = join(directory, objectName(file));
  const include = options.includeDirectory ?? includeDirectory();
  const args = [...FLAGS, ...ARCH_FLAGS, ...(include === undefined ? [] : ['-I', include]), '-I', '.', '-c', file];
  const said = await run(compiler, [...args, '-o', object], directory, options.signal);
  if (said !== undefined) throw compileError(doing, said);
  return object;
}

const FLAGS = ['-target', 'bpf', '-mcpu=v3', '-O2', '-g', '-std=gnu11'];
const ARCHITECTURE = process.arch === 'arm64' ? ['aarch64', 'arm64'] : ['x86_64', 'x86'];
const ARCH_FLAGS = [
  ...['-idirafter', `/usr/include/${ARCHITECTURE[0]}-linux-gnu`, `-D__TARGET_ARCH_${ARCHITECTURE[1]}`],
  ...['-fno-color-diagnostics', '-ferror-limit=20'],
];

function objectName(file: string): string {
  return file.replace(/\.c$/, '.o');
}

function findCompiler(path: string): string | undefined {
  const directories = path.split(delimiter).filter((directory) => directory.startsWith('/'));
  return COMPILERS.flatMap((name) => directories.map((directory) => join(directory, name))).find(existsSync);
}

/** What the compiler said when it refused; undefined when it did not. */
function run(
  command: string,
  args: readonly string[],
  cwd: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const limits = { timeout: COMPILE_LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: OUTPUT_LIMIT } as const;
  /* Nothing of our environment: tokens may be in it. */
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C', TMPDIR: cwd };
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env, ...limits, ...(signal && { signal }) }, (error, _stdout, stderr) => {
      if (error === null) resolve(undefined);
      else if (error.killed) resolve(`error: not done within ${COMPILE_LIMIT_MS / 1000} s`);
      else resolve(stderr || error.message);
    });
  });
}

/** `syn-count.bpf.c:12:3: error: use of undeclared identifier 'x' (  x = 1;)`, and all of it as the detail. */
function compileError(doing: string, said: string) {
  const lines = said.split('\n');
  const at = Math.max(
    0,
    lines.findIndex((line) => /\berror: /.test(line)),
  );
  const first = (lines[at] ?? '').slice(0, 400);
  const source = /^\s*\d+ \| ?(.*)$/.exec(lines[at + 1] ?? '')?.[1]?.trim();
  const why = source === undefined ? first : `${first} (${source.slice(0, LONGEST_LINE)})`;
  const missing = /'(netguard\/[^']+|bpf\/[^']+)' file not found/.exec(first)?.[1];
  return programError('NG_ERR_PROGRAM_COMPILE', doing, why, {
    detail: said,
    ...(missing === undefined ? {} : { hint: hintFor(missing) }),
  });
}

function hintFor(header: string): string {
  if (header.startsWith('bpf/')) return 'Install libbpf-dev.';
  return `Programs may include netguard/kernel.h; ${header} is not shipped. Declare what the program reads itself, or compile elsewhere and load the object.`;
}

/** Writes a vmlinux.h with all types of the running kernel where the source asks for one. Throws NG_ERR_PROGRAM_COMPILE without bpftool. */
export async function provideVmlinuxHeader(directory: string, file: string, source: string): Promise<void> {
  if (!/^\s*#\s*include\s*["<]vmlinux\.h[">]/m.test(source)) return;
  const args = ['btf', 'dump', 'file', '/sys/kernel/btf/vmlinux', 'format', 'c'];
  const header = await new Promise<string>((resolve, reject) => {
    execFile('bpftool', args, { timeout: COMPILE_LIMIT_MS, maxBuffer: 32 * OUTPUT_LIMIT }, (error, stdout) => {
      if (error === null) return resolve(stdout);
      reject(
        programError(
          'NG_ERR_PROGRAM_COMPILE',
          `compiling ${file}`,
          'vmlinux.h is made with bpftool, which does not run',
          {
            hint: 'Install bpftool, or include netguard/kernel.h instead.',
          },
        ),
      );
    });
  });
  await writeFile(join(directory, 'vmlinux.h'), header);
}
