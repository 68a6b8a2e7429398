/** Each program loaded and attached through the library, so that a kernel that refuses one still tells of the others. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { objectDirectory } from '../../../packages/agent/src/sources/ebpf/objects.ts';
import { BpfObject, type BpfProgram } from '../../../packages/libbpf/src/index.ts';
import type { Trial } from '../report.ts';

const CGROUP_ROOT = '/sys/fs/cgroup';
const LOOPBACK = 1;

interface Setting {
  readonly path: string;
  readonly variant?: string;
  readonly globals?: Readonly<Record<string, number>>;
}

/** NetGuard's own objects. Sampled, packets are the longest to verify: the source loads them so. */
function settings(): Setting[] {
  const directory = objectDirectory(undefined);
  const own = readdirSync(directory).filter((name) => name.endsWith('.bpf.o'));
  return own.map((name): Setting => {
    const path = join(directory, name);
    return name === 'packets.bpf.o' ? { path, variant: 'payload off', globals: { ng_payload_on: 0 } } : { path };
  });
}

/** Lazily: one program after the other is tried when it is asked for. */
export function* tryPrograms(): Generator<Trial> {
  for (const setting of settings()) {
    using object = new Closing(open(setting));
    const names = [...object.value.programs.keys()];
    try {
      object.value.load();
    } catch {
      for (const name of names) yield tryAlone(setting, name);
      continue;
    }
    for (const program of object.value.programs.values()) yield tryAttached(setting, object.value, program);
  }
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

function tryAttached(setting: Setting, object: BpfObject, program: BpfProgram): Trial {
  try {
    attach(object, program).close();
    return { ...head(setting, program.name), loads: true, attaches: true };
  } catch (error) {
    return { ...head(setting, program.name), loads: true, attaches: false, reason: reasonOf(error) };
  }
}

function attach(object: BpfObject, program: BpfProgram): { close(): void } {
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
