import { existsSync } from 'node:fs';
import { Btf } from './btf.ts';
import { BpfError, errnoText, nearestName } from './errors.ts';
import { libbpf } from './libbpf.ts';
import { logged } from './log.ts';

const VMLINUX = '/sys/kernel/btf/vmlinux';
/** No kernel has more program, map, attach or link types. */
const MAX_TYPES = 128;

let possibleCpus = 0;

/** Possible CPUs, which is how many values a per-CPU map has; may exceed the CPUs that are online. */
export function cpuCount(): number {
  if (possibleCpus > 0) return possibleCpus;
  const count = libbpf.libbpf_num_possible_cpus();
  if (count < 0)
    throw new BpfError('LIBBPF_ERR_SYSTEM', 'counting possible CPUs', errnoText(-count), { errno: -count });
  possibleCpus = count;
  return count;
}

/** What this libbpf and this kernel can do. */
export const features = {
  /** `1.5`, without the `v`. */
  libbpfVersion: (): string => libbpf.libbpf_version_string().replace(/^v/, ''),
  /** True when the kernel carries its own types, which CO-RE relocations and tp_btf programs need. */
  hasVmlinuxBtf: (): boolean => existsSync(VMLINUX),
  cpuCount,
  /** `type` as in `cgroup_skb` or `BPF_PROG_TYPE_CGROUP_SKB`. Probing loads a trivial program: needs CAP_BPF. */
  probeProgramType(type: string): boolean {
    const number = typeNumber(type, 'BPF_PROG_TYPE_', programTypeName);
    return probe(`probing program type ${type}`, () => libbpf.libbpf_probe_bpf_prog_type(number, null));
  },
  /** `type` as in `ringbuf` or `BPF_MAP_TYPE_RINGBUF`. Probing creates a small map: needs CAP_BPF. */
  probeMapType(type: string): boolean {
    const number = typeNumber(type, 'BPF_MAP_TYPE_', mapTypeName);
    return probe(`probing map type ${type}`, () => libbpf.libbpf_probe_bpf_map_type(number, null));
  },
  /**
   * `helper` as in `ktime_get_coarse_ns` or `BPF_FUNC_ktime_get_coarse_ns`; false when this kernel has none of that name.
   * libbpf reads the answer from the verifier's wording, which changed: one older than the kernel may say true too often.
   */
  probeHelper(programType: string, helper: string): boolean {
    const number = typeNumber(programType, 'BPF_PROG_TYPE_', programTypeName);
    const id = helperId(helper);
    if (id === undefined) return false;
    return probe(`probing helper ${helper}`, () => libbpf.libbpf_probe_bpf_helper(number, id, null));
  },
};

export const programTypeName = (type: number): string | undefined => libbpf.libbpf_bpf_prog_type_str(type) || undefined;
export const mapTypeName = (type: number): string | undefined => libbpf.libbpf_bpf_map_type_str(type) || undefined;
export const attachTypeName = (type: number): string | undefined =>
  libbpf.libbpf_bpf_attach_type_str(type) || undefined;
export const linkTypeName = (type: number): string | undefined => libbpf.libbpf_bpf_link_type_str(type) || undefined;

/** The number behind libbpf's name for a type. Throws LIBBPF_ERR_NOT_FOUND naming the nearest. */
export function typeNumber(name: string, prefix: string, nameOf: (type: number) => string | undefined): number {
  const wanted = (name.startsWith(prefix) ? name.slice(prefix.length) : name).toLowerCase();
  const known: string[] = [];
  for (let type = 0; type < MAX_TYPES; type++) {
    const candidate = nameOf(type);
    if (candidate === wanted) return type;
    if (candidate) known.push(candidate);
  }
  const near = nearestName(wanted, known);
  throw new BpfError(
    'LIBBPF_ERR_NOT_FOUND',
    `looking up ${name}`,
    'this libbpf knows no such type',
    near ? { hint: `The nearest is ${near}` } : {},
  );
}

let helperIds: ReadonlyMap<string, number | bigint> | undefined;

/** Helpers are numbered by the kernel's own enum, so its BTF knows them all. */
function helperId(name: string): number | undefined {
  helperIds ??= Btf.fromFile(VMLINUX).enumValues('bpf_func_id');
  const id = helperIds.get(name.startsWith('BPF_FUNC_') ? name : `BPF_FUNC_${name}`);
  return id === undefined ? undefined : Number(id);
}

function probe(doing: string, call: () => number): boolean {
  const { value, log } = logged(call);
  if (value >= 0) return value > 0;
  throw new BpfError('LIBBPF_ERR_SYSTEM', doing, errnoText(-value), { errno: -value, log });
}
