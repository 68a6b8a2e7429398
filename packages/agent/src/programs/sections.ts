/** The sections of libbpf's own table, and what becomes of each here: docs/reference/programs.md#sections has them all. */

/** What must be given to attach a program, beside its section: nothing, a cgroup, an interface, or a frequency; iterators run when they are read. */
export type HookKind = 'itself' | 'cgroup' | 'tcx' | 'xdp' | 'clock' | 'iterator';

/** Before the slash; what they are attached to follows it. */
export const ATTACHED_BY_ITSELF: readonly string[] = [
  ...['tp_btf', 'raw_tp', 'raw_tp.w', 'raw_tracepoint', 'raw_tracepoint.w', 'tp', 'tracepoint'],
  ...['fentry', 'fentry.s', 'fexit', 'fexit.s', 'fmod_ret', 'fmod_ret.s', 'lsm', 'lsm.s'],
  ...['kprobe', 'kretprobe', 'kprobe.multi', 'kretprobe.multi', 'kprobe.session', 'ksyscall', 'kretsyscall'],
  ...['uprobe', 'uprobe.s', 'uretprobe', 'uretprobe.s', 'uprobe.multi', 'uprobe.multi.s'],
  ...['uretprobe.multi', 'uretprobe.multi.s', 'usdt', 'usdt.s'],
];

/** Whole sections that take `--cgroup`. Those of `cgroup/` are a family that grows, and are taken by their beginning. */
export const ATTACHED_TO_CGROUP: readonly string[] = ['cgroup_skb/ingress', 'cgroup_skb/egress', 'sockops'];

export const ATTACHED_TO_INTERFACE: Readonly<Record<'tcx' | 'xdp', readonly string[]>> = {
  tcx: ['tcx/ingress', 'tcx/egress'],
  xdp: ['xdp', 'xdp.frags'],
};

/** Run so often a second on each busy CPU, as `--frequency` says. */
export const ATTACHED_TO_CLOCK: readonly string[] = ['perf_event'];

/** Sections that are not attached here, by what stands before the slash or by the whole, and what to do instead. */
export const REFUSED_SECTIONS: Readonly<Record<string, string>> = {
  tc: 'Write SEC("tcx/ingress") or SEC("tcx/egress"): it needs no qdisc.',
  classifier: 'Write SEC("tcx/ingress") or SEC("tcx/egress"): it needs no qdisc.',
  action: 'Write SEC("tcx/ingress") or SEC("tcx/egress"): it needs no qdisc.',
  netkit: 'Write SEC("tcx/ingress") or SEC("tcx/egress"), and give the interface.',
  'xdp/devmap': 'It runs for what another XDP program redirects: write SEC("xdp").',
  'xdp/cpumap': 'It runs for what another XDP program redirects: write SEC("xdp").',
  'xdp.frags/devmap': 'It runs for what another XDP program redirects: write SEC("xdp.frags").',
  'xdp.frags/cpumap': 'It runs for what another XDP program redirects: write SEC("xdp.frags").',
  netfilter: 'Packets are seen by tcx and cgroup_skb programs, before and behind netfilter.',
  socket: 'Packets are seen by tcx and cgroup_skb programs.',
  sk_lookup:
    'It chooses sockets for packets; programs here watch. TCP connections are seen at tp_btf/inet_sock_set_state.',
  sk_reuseport:
    'It chooses sockets for packets; programs here watch. TCP connections are seen at tp_btf/inet_sock_set_state.',
  sk_skb: 'It moves data between sockets; programs here watch. What a cgroup sends is seen at cgroup_skb.',
  sk_msg: 'It moves data between sockets; programs here watch. What a cgroup sends is seen at cgroup_skb.',
  flow_dissector: 'It replaces a part of the kernel; programs here watch.',
  struct_ops: 'It replaces a part of the kernel; programs here watch.',
  'struct_ops.s': 'It replaces a part of the kernel; programs here watch.',
  freplace: 'It replaces a function of another program; programs here share nothing.',
  lwt_in: 'It belongs to a route: use tcx on the interface.',
  lwt_out: 'It belongs to a route: use tcx on the interface.',
  lwt_xmit: 'It belongs to a route: use tcx on the interface.',
  lwt_seg6local: 'It belongs to a route: use tcx on the interface.',
  lsm_cgroup: 'Use SEC("lsm/…"), which sees all processes.',
  syscall: 'It runs when user space calls it, which nobody does here: use a tracepoint.',
  'iter/bpf_map_elem': 'Iterators over the elements of a map are not attached here; read the map itself.',
  'iter.s/bpf_map_elem': 'Iterators over the elements of a map are not attached here; read the map itself.',
  'iter/bpf_sk_storage_map':
    'Iterators over the elements of a map are not attached here; walk the sockets by iter/tcp or iter/udp.',
};
