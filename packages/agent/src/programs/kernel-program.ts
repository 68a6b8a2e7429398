import {
  type BpfIterator,
  type BpfLink,
  type BpfMap,
  BpfObject,
  type BpfProgram,
  ifindexOf,
  MAP_TYPE,
} from '@netguard/libbpf';
import { checkBpfLsm } from './bpf-lsm.ts';
import { dumpVariables, readableVariables } from './global-series.ts';
import { setGlobalValues } from './global-values.ts';
import { checkTargets, hookKind } from './hook.ts';
import { checkInstructions, checkUsage, type ProgramLimits, type Usage } from './limits.ts';
import { mapBytes } from './map-bytes.ts';
import { dumpMap, mapView } from './map-view.ts';
import type { Pins } from './pins.ts';
import { programError, refusal } from './program-error.ts';
import { RingReader } from './ring-reader.ts';
import type {
  HookView,
  MapDump,
  ProgramEvents,
  ProgramRequest,
  RingMap,
  RunningProgram,
  RunningView,
} from './running-program.ts';
import type { HookKind } from './sections.ts';
import { readableMap } from './series/readable-map.ts';
import type { ReadableMap } from './series/types.ts';

/** An iterator walks the kernel's objects at most so often, however often its maps are read. */
const ITERATE_EVERY_MS = 1000;

interface Hook {
  readonly kind: HookKind;
  readonly name: string;
  readonly section: string;
  readonly program: BpfProgram;
}

export interface KernelProgramOptions {
  readonly limits: () => ProgramLimits;
  /** What other programs take. */
  readonly used: Usage;
  readonly pins: Pins;
  readonly events: ProgramEvents;
}

/** An object file of a user in the kernel: verified by `load`, on its hooks after `attach`. Its maps are its own. */
export class KernelProgram implements RunningProgram {
  readonly usage: Usage;
  readonly hasLaterMaps = false;
  readonly #object: BpfObject;
  readonly #request: ProgramRequest;
  readonly #options: KernelProgramOptions;
  readonly #hooks: readonly Hook[];
  readonly #iterators: BpfIterator[] = [];
  #rings: RingReader | undefined;
  #pinned: string | undefined;
  #iteratedMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  private constructor(
    object: BpfObject,
    request: ProgramRequest,
    hooks: readonly Hook[],
    options: KernelProgramOptions,
  ) {
    this.#object = object;
    this.#request = request;
    this.#options = options;
    this.#hooks = hooks;
    this.usage = usageOf(object.maps.values());
  }

  /** Has `object` checked against limits and by the kernel; nothing is attached yet. `paths` are kept out of messages. */
  static async load(path: string, request: ProgramRequest, options: KernelProgramOptions): Promise<KernelProgram> {
    const doing = `loading ${request.file.file}`;
    const limits = options.limits();
    let object: BpfObject | undefined;
    let hooks: Hook[] = [];
    try {
      object = BpfObject.open(path);
      hooks = hooksOf(object, doing);
      checkTargets(hooks, request, doing);
      checkBpfLsm(hooks, doing);
      /* A pin of its own by name would join it to maps of others, and stay behind. */
      for (const map of object.maps.values()) map.dropPin();
      setGlobalValues(object, request.set, doing);
      checkUsage(doing, usageOf(object.maps.values()), options.used, limits);
      await object.loadInThread();
      checkInstructions(doing, instructionsOf(hooks), limits);
      return new KernelProgram(object, request, hooks, options);
    } catch (error) {
      object?.close();
      throw refusal(error, doing, [path], sectionsOf(hooks));
    }
  }

  /** Only one XDP program fits an interface: the one before has to leave first. */
  get isExclusive(): boolean {
    return this.#hooks.some(({ kind }) => kind === 'xdp');
  }

  /** Puts every function on its hook. When one is refused, none stays. */
  async attach(): Promise<void> {
    const { file, name, pin } = this.#request;
    try {
      const maps = this.#ownMaps();
      if (pin) this.#pinned = this.#options.pins.pin(name, maps);
      for (const hook of this.#hooks) this.#attach(hook);
      this.#rings = this.#reader(maps);
    } catch (error) {
      await this.close();
      throw refusal(error, `attaching ${file.file}`, [], sectionsOf(this.#hooks));
    }
  }

  view(): RunningView {
    const { cgroup, interface: name, frequency } = this.#request;
    const targets = { cgroup, tcx: name, xdp: name, clock: `${frequency} Hz`, itself: undefined, iterator: undefined };
    const hooks = this.#hooks.map(({ kind, program, section }): HookView => {
      const target = targets[kind];
      const instructions = program.info().loadedInsns;
      return { function: program.name, section, instructions, ...(target === undefined ? {} : { target }) };
    });
    return {
      state: 'running',
      hooks,
      maps: [...this.#object.maps.values()].map(mapView),
      events: this.#rings?.counts ?? { taken: 0, dropped: 0, fullLooks: 0 },
      ...(this.#pinned === undefined ? {} : { pinned: this.#pinned }),
      restarts: 0,
    };
  }

  readable(): readonly ReadableMap[] {
    const maps = this.#ownMaps().map(readableMap);
    const readable = maps.filter((map) => typeof map !== 'string');
    return [...readable, ...readableVariables(this.#object)].map((map) => ({
      ...map,
      entries: () => this.#entries(map),
    }));
  }

  rings(): readonly RingMap[] {
    const rings = [...this.#object.maps.values()].filter(({ type }) => type === MAP_TYPE.RINGBUF);
    return rings.map(({ name, btf }) => ({ name, btf }));
  }

  dump(limit: number): readonly MapDump[] {
    this.#iterate();
    return [...this.#ownMaps().map((map) => dumpMap(map, limit)), ...dumpVariables(this.#object, limit)];
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#pinned !== undefined) this.#options.pins.unpin(this.#request.name);
    await this.#rings?.close();
    this.#object.close();
  }

  *#entries(map: ReadableMap): ReturnType<ReadableMap['entries']> {
    if (this.#isClosed) return;
    this.#iterate();
    yield* map.entries();
  }

  /** Without those of global variables: `.bss` and the like. */
  #ownMaps(): BpfMap[] {
    return [...this.#object.maps.values()].filter(({ name }) => !name.includes('.'));
  }

  #reader(maps: readonly BpfMap[]): RingReader | undefined {
    const rings = maps.filter(({ type }) => type === MAP_TYPE.RINGBUF);
    if (rings.length === 0) return undefined;
    const { limits, events } = this.#options;
    return new RingReader(rings, {
      perSecond: () => limits().eventsPerSecond,
      onRecord: (map, record) => events.onRecord(this.#request.name, map, record),
    });
  }

  #attach({ kind, program }: Hook): BpfLink | readonly BpfLink[] {
    const { cgroup = '', interface: name = '', frequency = 0 } = this.#request;
    switch (kind) {
      case 'itself':
        return program.attach();
      case 'cgroup':
        return program.attachCgroup(cgroup);
      case 'tcx':
        return program.attachTcx(ifindexOf(name));
      case 'xdp':
        return program.attachXdp(ifindexOf(name));
      case 'clock':
        return program.attachCpuClock(frequency);
      case 'iterator': {
        const iterator = program.attachIterator();
        this.#iterators.push(iterator);
        return iterator;
      }
    }
  }

  #iterate(): void {
    const now = performance.now();
    if (now - this.#iteratedMs < ITERATE_EVERY_MS) return;
    this.#iteratedMs = now;
    for (const iterator of this.#iterators) iterator.run();
  }
}

function usageOf(maps: Iterable<BpfMap>): Usage {
  let count = 0;
  let bytes = 0;
  for (const map of maps) {
    count++;
    bytes += mapBytes(map);
  }
  return { maps: count, mapBytes: bytes };
}

function sectionsOf(hooks: readonly Hook[]): string[] {
  return hooks.map(({ section }) => section);
}

function instructionsOf(hooks: readonly Hook[]): number {
  return hooks.reduce((sum, { program }) => sum + program.info().loadedInsns, 0);
}

/** Functions that are loaded; those of SEC("?…") are left out by libbpf itself. */
function hooksOf(object: BpfObject, doing: string): Hook[] {
  const wanted = [...object.programs.values()].filter(({ autoload }) => autoload);
  if (wanted.length === 0) {
    const hint = 'Put SEC("…") before a function that is to run.';
    throw programError('NG_ERR_PROGRAM_SECTION', doing, 'it has no function that is attached', { hint });
  }
  return wanted.map((program) => {
    const { name, section } = program;
    return { kind: hookKind(section, name, doing), name, section, program };
  });
}
