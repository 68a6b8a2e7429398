/** The section `programs:`: kernel programs and scripts of the user's own. */
import { z } from 'zod';
import { integer, path } from './schema-types.ts';

const program = z.strictObject({
  file: path.describe(
    'C source (`NAME.bpf.c`), object (`NAME.bpf.o`) or bpftrace script (`NAME.bt`); loaded anew when it changes. `NAME.yaml` beside it says what becomes of its maps.',
  ),
  name: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'must be up to 40 lower-case letters, digits and `-`')
    .optional()
    .describe("What it is called; the file's name without its ending unless set."),
  set: z
    .record(z.string().regex(/^[A-Za-z_]\w{0,127}$/, 'must be the name of a variable'), z.coerce.string().max(1024))
    .default({})
    .describe('Global variables of the program and their values.'),
  cgroup: path.optional().describe('Directory of a cgroup v2, for functions that are attached to one.'),
  interface: z
    .string()
    .regex(/^[^\s/]{1,15}$/, 'must be the name of a network interface')
    .optional()
    .describe('Network interface, for tcx and xdp.'),
  frequency: integer(1, 1000).optional().describe('How often a second `perf_event` functions run on each CPU.'),
  pin: z.boolean().default(false).describe('Its maps can be opened below `/sys/fs/bpf/netguard` while it is loaded.'),
});

export const programs = z.strictObject({
  load: z.array(program).max(100).default([]).describe('Loaded at the start ([programs](../guide/programs.md)).'),
  maxPrograms: integer(0, 100)
    .default(16)
    .describe('Programs loaded at a time, those of `netguard programs load` too.'),
  maxMaps: integer(1, 10_000).default(128).describe('Maps of all of them together.'),
  maxMapBytes: integer(4096, 4_294_967_296)
    .default(67_108_864)
    .describe('Kernel memory of all their maps, estimated from the sizes.'),
  maxInstructions: integer(1, 1_000_000).default(100_000).describe('Instructions of the functions of one file.'),
  eventsPerSecond: integer(1, 100_000)
    .default(1000)
    .describe('Records of ring buffers taken from one program in a second; more are dropped and counted.'),
});

export type ProgramSettings = Readonly<z.output<typeof program>>;
