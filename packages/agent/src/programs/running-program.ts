import type { BpfValue, Btf } from '@netguard/libbpf';
import type { ProgramFile } from './program-file.ts';
import type { RingCounts } from './ring-reader.ts';
import type { ReadableMap } from './series/types.ts';

/** What somebody asks to have loaded. */
export interface ProgramRequest {
  readonly name: string;
  readonly file: ProgramFile;
  /** Text of the YAML beside it; what it says of series and alerts. */
  readonly spec?: string | undefined;
  /** Global variables by name, as text. */
  readonly set: Readonly<Record<string, string>>;
  /** Directory of a cgroup v2. */
  readonly cgroup?: string | undefined;
  readonly interface?: string | undefined;
  /** Of perf_event functions: how often a second they run on each CPU. */
  readonly frequency?: number | undefined;
  /** Maps are pinned below /sys/fs/bpf/netguard while it is loaded. */
  readonly pin: boolean;
  /** Where the file came from, as whoever loaded it names it. */
  readonly path: string;
  readonly origin: 'api' | 'configuration';
  /** Who, as they said. */
  readonly by: string;
}

/** A function on its hook. */
export interface HookView {
  readonly function: string;
  readonly section: string;
  /** Cgroup, interface or frequency, where it has one. */
  readonly target?: string;
  readonly instructions: number;
}

export interface MapView {
  readonly name: string;
  /** As libbpf names it: hash, lru_hash, array, …; `bpftrace` for a map of a script. */
  readonly type: string;
  /** Of a script: how many it printed last. */
  readonly maxEntries: number;
  /** Kernel memory it takes now. */
  readonly bytes: number;
}

/** How a program does, beside what was asked. */
export interface RunningView {
  readonly state: 'running' | 'restarting' | 'ended';
  readonly hooks: readonly HookView[];
  readonly maps: readonly MapView[];
  readonly events: RingCounts;
  /** Where its maps are pinned. */
  readonly pinned?: string;
  /** Of a script: how often it was started again, and what it said last. */
  readonly restarts: number;
  readonly problem?: string;
}

export interface MapDump {
  /** Of global variables their section, such as `.bss`. */
  readonly map: string;
  /** As in MapView; `variables` where it holds them, by name. */
  readonly type: string;
  readonly entries: readonly { readonly key: BpfValue; readonly value: BpfValue }[];
  /** There are more than were asked for. */
  readonly isCut: boolean;
  /** Why no metrics are made of it. */
  readonly noMetrics?: string;
}

/** A ring buffer, and where the types of its records are. */
export interface RingMap {
  readonly name: string;
  readonly btf: Btf | undefined;
}

/** A loaded program of either kind. */
export interface RunningProgram {
  view(): RunningView;
  /** Maps that series can be made of. */
  readable(): readonly ReadableMap[];
  rings(): readonly RingMap[];
  /** More maps may come while it runs. */
  readonly hasLaterMaps: boolean;
  /** Entries of all its maps, at most `limit` of each. */
  dump(limit: number): readonly MapDump[];
  /** Nothing of it is left afterwards. Idempotent. */
  close(): Promise<void>;
}

/** What programs tell while they run. */
export interface ProgramEvents {
  /** A record of a ring buffer; a copy. */
  onRecord(program: string, map: string, record: Uint8Array): void;
}
