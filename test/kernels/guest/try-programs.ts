/** Each program loaded and attached through the library, so that a kernel that refuses one still tells of the others. */
import { globSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { objectDirectory } from '../../../packages/agent/src/sources/ebpf/objects.ts';
import { type BpfLink, BpfObject, type BpfProgram } from '../../../packages/libbpf/src/index.ts';
import type { Trial } from '../report.ts';

const CGROUP_ROOT = '/sys/fs/cgroup';
const LOOPBACK = 1;
const EXAMPLES = '/netguard/examples/*.bpf.o';

export interface Setting {
  readonly path: string;
  readonly variant?: string;
  readonly globals?: Readonly<Record<string, number>>;
}

/** NetGuard's own objects. Sampled, packets are the longest to verify: the source loads them so. */
export function ownObjects(): Setting[] {
  const directory = objectDirectory(undefined);
  const own = readdirSync(directory).filter((name) => name.endsWith('.bpf.o'));
  return own.map((name): Setting => {
    const path = join(directory, name);
    return name === 'packets.bpf.o' ? { path, variant: 'payload off', globals: { ng_payload_on: 0 } } : { path };
  });
}

export function exampleObjects(): Setting[] {
  return globSync(EXAMPLES)
    .sort()
    .map((path) => ({ path }));
}

/**
 * Tries every program of an object; `whileAttached` is called once all of them are. Lazily: one after the other is tried when
 * it is asked for.
 */
export async function* tryObject<T = never>(
  setting: Setting,
  whileAttached?: (object: BpfObject) => AsyncIterable<T>,
): AsyncGenerator<Trial | T> {
  using object = new Closing(open(setting));
  const programs = [...object.value.programs.values()];
  try {
    object.value.load();
  } catch {
    for (const { name } of programs) yield tryAlone(setting, name);
    return;
  }
  const trials = programs.map((program) => tryAttached(setting, object.value, program));
  yield* trials;
  if (whileAttached && trials.every(({ attaches }) => attaches)) yield* whileAttached(object.value);
}

function tryAlone(setting: Setting, name: string): Trial {
  using object = new Closing(open(setting));
  for (const program of object.value.programs.values()) program.autoload = program.name === name;
  try {
    object.value.load();
  } catch (error) {
    return { ...head(setting, name), loads: false, attaches: false, reason: reasonOf(error) };
  }
  return tryAttached(setting, object.value, object.value.program(name));
}

/** It stays attached until its object is closed. */
function tryAttached(setting: Setting, object: BpfObject, program: BpfProgram): Trial {
  try {
    attach(object, program);
    return { ...head(setting, program.name), loads: true, attaches: true };
  } catch (error) {
    return { ...head(setting, program.name), loads: true, attaches: false, reason: reasonOf(error) };
  }
}

function attach(object: BpfObject, program: BpfProgram): BpfLink {
  const { section } = program;
  if (section === 'iter/bpf_sk_storage_map') return program.attachIterator({ map: object.map('ng_sk') });
  if (section.startsWith('iter')) return program.attachIterator();
  if (section.startsWith('cgroup')) return program.attachCgroup(CGROUP_ROOT);
  if (section.startsWith('tcx')) return program.attachTcx(LOOPBACK);
  if (section.startsWith('xdp')) return program.attachXdp(LOOPBACK);
  return program.attach();
}

function open({ path, globals }: Setting): BpfObject {
  const object = BpfObject.open(path);
  if (globals) object.setGlobals(globals);
  return object;
}

function head({ path, variant }: Setting, program: string) {
  return { kind: 'trial', object: basename(path, '.bpf.o'), program, ...(variant && { variant }) } as const;
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}

class Closing implements Disposable {
  readonly value: BpfObject;

  constructor(value: BpfObject) {
    this.value = value;
  }

  [Symbol.dispose](): void {
    this.value.close();
  }
}
