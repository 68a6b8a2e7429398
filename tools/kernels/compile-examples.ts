import { existsSync, globSync, mkdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { output } from './command.ts';

const root = resolve(import.meta.dirname, '../..');
const COMPILERS = ['clang-19', 'clang-18', 'clang-17', 'clang-16', 'clang'];
const FLAGS = ['-target', 'bpf', '-mcpu=v3', '-O2', '-g', '-std=gnu11', '-D__TARGET_ARCH_x86'];
const INCLUDES = ['-idirafter', '/usr/include/x86_64-linux-gnu', '-I', join(root, 'bpf/include')];

/** Compiles every examples/NAME/NAME.bpf.c into `directory`, as `netguard programs load` does. */
export async function compileExamples(directory: string): Promise<void> {
  const sources = globSync('examples/*/*.bpf.c', { cwd: root });
  if (sources.length === 0) return;
  mkdirSync(directory, { recursive: true });
  const paths = (process.env.PATH ?? '').split(':');
  const clang = COMPILERS.find((name) => paths.some((path) => existsSync(join(path, name))));
  if (clang === undefined) throw new Error('clang is not installed: run `sh tools/setup.sh` as root');
  for (const source of sources) {
    const object = join(directory, basename(source).replace(/\.c$/, '.o'));
    await output(clang, [...FLAGS, ...INCLUDES, '-c', join(root, source), '-o', object]);
  }
}
