import { programError } from './program-error.ts';

/** What must be given to attach a program, beside its section: nothing, a cgroup, or an interface; iterators run when they are read. */
export type HookKind = 'itself' | 'cgroup' | 'tcx' | 'xdp' | 'iterator';

const HOOKS: readonly (readonly [HookKind, RegExp])[] = [
  [
    'itself',
    /^(?:tp_btf|raw_tp|raw_tracepoint|tp|tracepoint|fentry|fexit|kprobe|kretprobe|kprobe\.multi|kretprobe\.multi|ksyscall|kretsyscall|uprobe|uretprobe|usdt)(?:\.s)?\/./,
  ],
  ['cgroup', /^(?:cgroup_skb\/(?:ingress|egress)|cgroup\/[\w/]+|sockops)$/],
  ['tcx', /^tcx\/(?:ingress|egress)$/],
  ['xdp', /^xdp(?:\.frags)?$/],
  ['iterator', /^iter(?:\.s)?\/(?!bpf_map_elem$|bpf_sk_storage_map$)./],
];

/** Sections that people know and that are not attached here, with what to do instead. */
const INSTEAD: readonly (readonly [RegExp, string])[] = [
  [/^(?:tc|classifier|action)\b/, 'Write SEC("tcx/ingress") or SEC("tcx/egress"): it needs no qdisc.'],
  [/^perf_event$/, 'Use a tracepoint, or a bpftrace script with profile or interval.'],
  [/^(?:lsm|fmod_ret|freplace|struct_ops|syscall)/, 'It changes what the kernel does; programs here only watch.'],
  [/^iter/, 'Iterators over the elements of a map are not attached here; read the map itself.'],
];

/** How the section of a function is attached. Throws NG_ERR_PROGRAM_SECTION for one that is not. */
export function hookKind(section: string, name: string, doing: string): HookKind {
  const found = HOOKS.find(([, pattern]) => pattern.test(section));
  if (found !== undefined) return found[0];
  const hint =
    INSTEAD.find(([pattern]) => pattern.test(section))?.[1] ??
    'Known are tp_btf, raw_tp, tracepoint, fentry, fexit, kprobe, kretprobe, uprobe, iter, cgroup_skb, cgroup, sockops, tcx and xdp, each with its target.';
  throw programError('NG_ERR_PROGRAM_SECTION', doing, `SEC("${section}") of ${name} is not attached here`, { hint });
}

/** Throws NG_ERR_PROGRAM_ATTACH unless what the hooks need was given, and nothing that none of them takes. */
export function checkTargets(
  hooks: readonly { readonly kind: HookKind; readonly name: string; readonly section: string }[],
  given: { readonly cgroup?: string | undefined; readonly interface?: string | undefined },
  doing: string,
): void {
  const needs = { cgroup: ['cgroup'], interface: ['tcx', 'xdp'] } as const;
  for (const option of ['cgroup', 'interface'] as const) {
    const taker = hooks.find(({ kind }) => (needs[option] as readonly string[]).includes(kind));
    if ((taker !== undefined) === (given[option] !== undefined)) continue;
    const [why, hint] =
      taker === undefined
        ? [`none of its functions takes --${option}`, `Leave --${option} out.`]
        : [`SEC("${taker.section}") of ${taker.name} needs --${option}`, HINTS[option]];
    throw programError('NG_ERR_PROGRAM_ATTACH', doing, why, { hint });
  }
}

const HINTS = {
  cgroup: 'Give the directory of a cgroup v2, such as --cgroup /sys/fs/cgroup for all processes.',
  interface: 'Give the name of a network interface, such as --interface eth0.',
} as const;
