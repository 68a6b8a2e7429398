/** Somebody else's programs, compiled for the test and gone with it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BpfObject } from '../../../packages/libbpf/src/index.ts';

const SOURCE = fileURLToPath(new URL('neighbour.bpf.c', import.meta.url));
const COMPILE = `clang=$(command -v clang-19 || command -v clang) && exec "$clang" -target bpf -mcpu=v3 -O2 -g \
  -idirafter "/usr/include/$(uname -m)-linux-gnu" -c "$1" -o "$2"`;

export const NEIGHBOUR_RUNS = { cgroupIn: 0, cgroupOut: 1, tcxIn: 2, tcxOut: 3, lose: 4 } as const;

/** Loads them; nothing is attached. The caller closes the object. */
export function loadNeighbour(globals: Readonly<Record<string, number>> = {}): BpfObject {
  const directory = mkdtempSync(join(tmpdir(), 'netguard-neighbour-'));
  try {
    const file = join(directory, 'neighbour.bpf.o');
    execFileSync('/bin/sh', ['-c', COMPILE, 'sh', SOURCE, file], { stdio: ['ignore', 'inherit', 'inherit'] });
    const object = BpfObject.open(file);
    object.setGlobals(globals);
    object.load();
    return object;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** How often one of them ran. */
export function runsOf(object: BpfObject, program: keyof typeof NEIGHBOUR_RUNS): number {
  return Number(object.map('nb_runs').get(NEIGHBOUR_RUNS[program]));
}
