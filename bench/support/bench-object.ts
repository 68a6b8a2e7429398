import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BpfObject } from '@netguard/libbpf';

const root = fileURLToPath(new URL('../..', import.meta.url));
const clangs = ['clang-19', 'clang-18', 'clang-17', 'clang-16', 'clang'];
const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
/** As tools/build-bpf.sh has them, so that what is compared is compiled alike. */
const flags = [
  '-target',
  'bpf',
  '-mcpu=v3',
  '-O2',
  '-g',
  '-std=gnu11',
  '-Wall',
  '-Wextra',
  '-Wno-unused-parameter',
  '-Werror',
];

/** Compiles bench/bpf/<name>.bpf.c and opens it; the caller loads and closes it. Leaves no file. */
export function openBenchObject(name: string): BpfObject {
  const directory = mkdtempSync(join(tmpdir(), 'netguard-bench-'));
  try {
    const object = join(directory, `${name}.bpf.o`);
    const source = join(root, 'bench/bpf', `${name}.bpf.c`);
    const include = [`-idirafter`, `/usr/include/${machine}-linux-gnu`, `-I${join(root, 'bpf/include')}`];
    const { status, stderr } = spawnSync(findClang(), [...flags, ...include, '-c', source, '-o', object], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`compiling ${source}: ${stderr}`);
    return BpfObject.open(object);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function findClang(): string {
  const found = clangs.find((clang) => spawnSync(clang, ['--version']).status === 0);
  if (found === undefined) throw new Error('no clang here: apt-get install clang-19 libbpf-dev');
  return found;
}
