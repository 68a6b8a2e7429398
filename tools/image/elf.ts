import type { FileTree } from './file-tree.ts';
import { ImageError } from './image-error.ts';
import type { Platform } from './platform.ts';

/** Kernel programs run on every machine. */
const EM_BPF = 247;

/** `e_machine` of a little-endian ELF file, or undefined for anything else. */
export function elfMachine(data: Uint8Array): number | undefined {
  const elf = data.length >= 20 && data[0] === 0x7f && data[1] === 0x45 && data[2] === 0x4c && data[3] === 0x46;
  return elf ? Buffer.from(data.subarray(18, 20)).readUInt16LE() : undefined;
}

/** Refuses a binary for another machine: an image for a foreign platform cannot be tried where it is built. */
export function requireMachine(tree: FileTree, { architecture, elfMachine: wanted }: Platform): void {
  for (const [path, entry] of tree.entries()) {
    const machine = entry.kind === 'file' ? elfMachine(entry.data) : undefined;
    if (machine === undefined || machine === wanted || machine === EM_BPF) continue;
    const reason = `/${path} is for another machine (ELF machine ${machine})`;
    throw new ImageError(
      `building an image for ${architecture}`,
      reason,
      'Run `npm ci` on this machine and try again.',
    );
  }
}
