import { ownValue } from './own-value.ts';
import { programError } from './program-error.ts';
import {
  ATTACHED_BY_ITSELF,
  ATTACHED_TO_CGROUP,
  ATTACHED_TO_CLOCK,
  ATTACHED_TO_INTERFACE,
  type HookKind,
  REFUSED_SECTIONS,
} from './sections.ts';

/** How the section of a function is attached. Throws NG_ERR_PROGRAM_SECTION for one that is not. */
export function hookKind(section: string, name: string, doing: string): HookKind {
  const refused = ownValue(REFUSED_SECTIONS, section) ?? ownValue(REFUSED_SECTIONS, familyOf(section));
  const kind = refused === undefined ? kindOf(section) : undefined;
  if (kind !== undefined) return kind;
  const isHalf = TRACEPOINT_WITHOUT_CATEGORY.test(section);
  const hint = refused ?? (isHalf ? 'Write SEC("tracepoint/CATEGORY/NAME"), as in /sys/kernel/tracing/events.' : KNOWN);
  throw programError('NG_ERR_PROGRAM_SECTION', doing, `SEC("${section}") of ${name} is not attached here`, { hint });
}

const KNOWN =
  'Known are tp_btf, raw_tp, tracepoint, fentry, fexit, kprobe, kretprobe, uprobe, lsm, iter, cgroup_skb, cgroup, sockops, tcx, xdp and perf_event, each with its target.';
/** Of tracepoints the name alone is not enough. */
const TRACEPOINT_WITHOUT_CATEGORY = /^(?:tp|tracepoint)\/[^/]+$/;

function kindOf(section: string): HookKind | undefined {
  const family = familyOf(section);
  if (TRACEPOINT_WITHOUT_CATEGORY.test(section)) return undefined;
  const hasTarget = section.length > family.length + 1;
  if (hasTarget && ATTACHED_BY_ITSELF.includes(family)) return 'itself';
  if (ATTACHED_TO_CGROUP.includes(section) || /^cgroup\/[\w/]+$/.test(section)) return 'cgroup';
  if (ATTACHED_TO_INTERFACE.tcx.includes(section)) return 'tcx';
  if (ATTACHED_TO_INTERFACE.xdp.includes(section)) return 'xdp';
  if (ATTACHED_TO_CLOCK.includes(section)) return 'clock';
  return hasTarget && (family === 'iter' || family === 'iter.s') ? 'iterator' : undefined;
}

function familyOf(section: string): string {
  return section.split('/', 1)[0] ?? '';
}

/** Throws NG_ERR_PROGRAM_ATTACH unless what the hooks need was given, and nothing that none of them takes. */
export function checkTargets(
  hooks: readonly { readonly kind: HookKind; readonly name: string; readonly section: string }[],
  given: Readonly<Partial<Record<keyof typeof TAKERS, string | number | undefined>>>,
  doing: string,
): void {
  for (const option of ['cgroup', 'interface', 'frequency'] as const) {
    const taker = hooks.find(({ kind }) => TAKERS[option].includes(kind));
    if ((taker !== undefined) === (given[option] !== undefined)) continue;
    const [why, hint] =
      taker === undefined
        ? [`none of its functions takes --${option}`, `Leave --${option} out.`]
        : [`SEC("${taker.section}") of ${taker.name} needs --${option}`, HINTS[option]];
    throw programError('NG_ERR_PROGRAM_ATTACH', doing, why, { hint });
  }
}

const TAKERS: Readonly<Record<'cgroup' | 'interface' | 'frequency', readonly HookKind[]>> = {
  cgroup: ['cgroup'],
  interface: ['tcx', 'xdp'],
  frequency: ['clock'],
};

const HINTS = {
  cgroup:
    'Give the directory of a cgroup v2; for all processes that is where it is mounted: --cgroup "$(findmnt -nfo TARGET -t cgroup2)"',
  interface: 'Give the name of a network interface, such as --interface eth0.',
  frequency: 'Say how often it runs on each CPU in a second, such as --frequency 99.',
} as const;
