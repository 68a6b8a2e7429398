import { cstring } from './codec.ts';
import { infoByFd } from './object-info.ts';

/** struct bpf_prog_info. */
const INFO_BYTES = 232;
const INSTRUCTION_BYTES = 8;

export interface ProgramInfo {
  readonly id: number;
  /** At most 15 bytes. */
  readonly name: string;
  /** Hash of the instructions, hexadecimal. */
  readonly tag: string;
  /** Runs and their time since statistics were switched on (enableProgramStats, or sysctl kernel.bpf_stats_enabled); else 0. */
  readonly runCount: number;
  readonly runTimeNs: number;
  /** Runs skipped because the program was interrupted by itself on the same CPU. Counted always. */
  readonly recursionMisses: number;
  /** After the verifier's rewriting; 0 without CAP_BPF. */
  readonly loadedInsns: number;
  /** Machine code; 0 without CAP_BPF or JIT. */
  readonly jitedBytes: number;
  /** Instructions that the verifier walked, of one million. */
  readonly verifiedInsns: number;
}

export function programInfo(fd: number, name: string): ProgramInfo {
  const info = infoByFd(fd, INFO_BYTES, `asking about ${name}`);
  return {
    id: info.u32(4),
    tag: Buffer.from(info.slice(8, 8)).toString('hex'),
    jitedBytes: info.u32(16),
    loadedInsns: info.u32(20) / INSTRUCTION_BYTES,
    name: cstring(info.bytes, 64, 16),
    runTimeNs: info.u64(192),
    runCount: info.u64(200),
    recursionMisses: info.u64(208),
    verifiedInsns: info.u32(216),
  };
}
