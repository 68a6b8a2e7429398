/**
 * The seam between whoever loads users' programs and the series made of their maps. The host gives maps as it reads them and
 * names as it knows them; it exports the families and posts the observations to the thread of the detectors.
 */
import type { Endpoint, ProgramObservation, Who } from '@netguard/core';
import type { BpfValue, Btf, BtfType } from '@netguard/libbpf';

/** A map of a loaded program, with the types that its BTF gives it (`readableMap` makes one of a BpfMap). */
export interface ReadableMap {
  /** As in the source; the kernel's own copy is cut after 15 characters. */
  readonly name: string;
  /** A number of MAP_TYPE. */
  readonly type: number;
  /** What the ids in `keyType` and `valueType` refer to. */
  readonly btf: Btf;
  /** Kind `void` where nothing is known of it: keys are then the bytes that they are. */
  readonly keyType: BtfType;
  readonly valueType: BtfType;
  readonly maxEntries: number;
  /** A global variable: without a word of it in the YAML it has no metric that would be called as another. */
  readonly isVariable?: boolean;
  /** What a bare number is, where it is known by more than its name. */
  readonly numberIs?: 'counter' | 'gauge';
  /** Of a struct `{ u64 value[]; u64 sum; }`: upper bounds, inclusive, of all of its buckets but the last. Without: those of log2. */
  readonly bounds?: readonly number[];
  /** False: nobody knows the sum of what the buckets counted, and none is told. */
  readonly hasSum?: boolean;
  /** Decoded by libbpf's codecs; the value of a per-CPU map is an array with one a CPU. */
  entries(): Iterable<readonly [key: BpfValue, value: BpfValue]>;
}

/** Who is behind the numbers that kernel programs know. Pure look-ups of what is known already. */
export interface SeriesNames {
  /** Undefined for a cgroup that nobody knows; `pending` while a name may still come: its entries wait for the next reading. */
  cgroup(id: number): Endpoint | 'pending' | undefined;
  address(ip: string): Endpoint;
  /** The command of a process (`comm`); undefined when it is gone. */
  command(pid: number): string | undefined;
}

export interface SeriesSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Of a histogram: `<name>_bucket`, `_sum` or `_count`. */
  readonly metricName?: string;
}

/** One metric as the exposition has it: what `registerFamily` (metrics/family.ts) takes. Plain data. */
export interface SeriesFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly SeriesSample[];
}

/** A measurement of an alert with whom it is about: what `Detection.observe` takes. Plain data. */
export interface ProgramMeasurement {
  readonly observation: ProgramObservation;
  readonly who: Who;
}

/** A record of a ring buffer as `/api/v1/stream` shows it (type `program`). Plain data that JSON can hold. */
export interface ProgramEvent {
  readonly program: string;
  readonly map: string;
  readonly timeMs: number;
  readonly fields: Readonly<Record<string, EventValue>>;
}

export type EventValue = string | number | boolean | null | readonly EventValue[];

/** What `new ProgramSeries({ program, spec, maps, names })` is. All read the maps at the most every half second. */
export interface SeriesReader {
  /** To be awaited first: reads the maps without holding the thread for long. The others do it in one go where it was not done. */
  refresh(nowMs: number): Promise<void>;
  /** The metrics of the program's maps: for each scrape. */
  read(nowMs: number): readonly SeriesFamily[];
  /** What the alerts of its YAML measured: once a second, all of it into `Detection.observe`. */
  measure(nowMs: number): readonly ProgramMeasurement[];
}
