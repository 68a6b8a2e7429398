import { BpfError, type BpfProgram } from '@netguard/libbpf';
import { median } from './statistics.ts';

const EINTR = 4;
const BATCH = 100_000;

/** Nanoseconds a run by PROG_TEST_RUN: the median of batches, as the kernel gives whole nanoseconds and stops at any signal. */
export function warmRun(program: BpfProgram, data: Uint8Array, batches: number): number {
  const times: number[] = [];
  while (times.length < batches) {
    try {
      times.push(program.testRun({ data, repeat: BATCH }).durationNs);
    } catch (error) {
      if (!(error instanceof BpfError && error.errno === EINTR)) throw error;
    }
  }
  return median(times);
}
