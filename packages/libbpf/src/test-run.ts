import { BpfError, errnoText } from './errors.ts';
import { libbpf } from './libbpf.ts';
import { CStruct } from './struct.ts';

export interface TestRunOptions {
  /** Packet, for programs on packets; at least 14 bytes (an Ethernet header). */
  readonly data?: Uint8Array;
  /** Context struct, for program types that take one. */
  readonly ctx?: Uint8Array;
  /** Runs; the duration is their average. Default 1. */
  readonly repeat?: number;
  /** Room for the packet as the program left it; default the size of `data` plus 256. */
  readonly dataOutSize?: number;
}

export interface TestRunResult {
  readonly retval: number;
  /** Average of a run. */
  readonly durationNs: number;
  readonly dataOut: Uint8Array;
}

/** struct bpf_test_run_opts. */
const OPTIONS_BYTES = 80;
const HEADROOM = 256;

export function testRun(fd: number, name: string, options: TestRunOptions): TestRunResult {
  const { data, ctx, repeat = 1 } = options;
  const out = new Uint8Array(data ? (options.dataOutSize ?? data.length + HEADROOM) : 0);
  const run = new CStruct(OPTIONS_BYTES, 'sized');
  if (data) run.setPointer(8, data).setU32(24, data.length);
  if (out.length > 0) run.setPointer(16, out).setU32(28, out.length);
  if (ctx) run.setPointer(32, ctx).setU32(48, ctx.length);
  // Tracing and syscall programs refuse even a repeat of 1.
  if (repeat > 1) run.setU32(60, repeat);
  const result = run.pass((bytes) => libbpf.bpf_prog_test_run_opts(fd, bytes));
  if (result < 0)
    throw new BpfError('LIBBPF_ERR_SYSTEM', `test-running program ${name}`, errnoText(-result), { errno: -result });
  return { retval: run.u32(56), durationNs: run.u32(64), dataOut: out.subarray(0, run.u32(28)) };
}
