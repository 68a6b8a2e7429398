import type { BpfProgram } from '@netguard/libbpf';

/** Runs of a program and the nanoseconds they took, while the kernel's program statistics are on. */
export interface RunCost {
  readonly runs: number;
  readonly ns: number;
}

/** What each program did during `body`, by name. Statistics must be on (enableProgramStats). */
export async function runCosts(
  programs: readonly BpfProgram[],
  body: () => Promise<unknown>,
): Promise<ReadonlyMap<string, RunCost>> {
  const before = programs.map((program) => program.info());
  await body();
  return new Map(
    programs.map((program, i) => {
      const after = program.info();
      const runs = after.runCount - (before[i]?.runCount ?? 0);
      return [program.name, { runs, ns: after.runTimeNs - (before[i]?.runTimeNs ?? 0) }];
    }),
  );
}

/** Nanoseconds a run, NaN when it never ran. */
export function perRun(cost: RunCost | undefined): number {
  return cost === undefined || cost.runs === 0 ? Number.NaN : cost.ns / cost.runs;
}
