import { programError } from './program-error.ts';

/** What all programs of users together may take: `programs` of the configuration. */
export interface ProgramLimits {
  /** Files that are loaded at a time. */
  readonly maxPrograms: number;
  /** Maps of all of them, those of global variables included. */
  readonly maxMaps: number;
  /** Kernel memory of all their maps, estimated from their sizes. */
  readonly maxMapBytes: number;
  /** Instructions of all functions of one file, as loaded. */
  readonly maxInstructions: number;
  /** Records of ring buffers taken from one file's program in a second; more are dropped and counted. */
  readonly eventsPerSecond: number;
}

/** What a program takes of them. */
export interface Usage {
  readonly maps: number;
  readonly mapBytes: number;
}

/** Throws NG_ERR_PROGRAM_LIMIT when `wanted` does not fit beside `used`, naming the setting that holds it back. */
export function checkUsage(doing: string, wanted: Usage, used: Usage, limits: ProgramLimits): void {
  const tooMuch = (what: string, want: number, left: number, setting: string) => {
    if (want <= left) return;
    throw programError('NG_ERR_PROGRAM_LIMIT', doing, `it wants ${want} ${what}, and ${Math.max(0, left)} are left`, {
      hint: `Make its maps smaller, unload another program, or raise programs.${setting}.`,
    });
  };
  tooMuch('maps', wanted.maps, limits.maxMaps - used.maps, 'maxMaps');
  tooMuch('bytes of maps', wanted.mapBytes, limits.maxMapBytes - used.mapBytes, 'maxMapBytes');
}

export function checkInstructions(doing: string, instructions: number, { maxInstructions }: ProgramLimits): void {
  if (instructions <= maxInstructions) return;
  throw programError(
    'NG_ERR_PROGRAM_LIMIT',
    doing,
    `it has ${instructions} instructions, and programs may have ${maxInstructions}`,
    { hint: 'Make it smaller, or raise programs.maxInstructions.' },
  );
}
