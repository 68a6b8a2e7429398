import { setTimeout as sleep } from 'node:timers/promises';
import type { EbpfSource } from '../../../packages/agent/src/sources/ebpf/source.ts';

/**
 * Median of the times, in milliseconds, from five calls of `cross` to the end of a wait that each ends. Without a wake-up the
 * wait would end by itself 250 ms after it began.
 */
export async function alarmDelayMs(source: EbpfSource, cross: (round: number) => void): Promise<number> {
  const delays: number[] = [];
  for (let round = 0; round < 5; round++) {
    const waiting = source.poll(10_000);
    await sleep(20);
    const start = performance.now();
    cross(round);
    await waiting;
    delays.push(performance.now() - start);
  }
  /* Others may have ended a wait before its alarm: what came after it is still in the ring. */
  source.drain();
  return delays.sort((a, b) => a - b)[2]!;
}
