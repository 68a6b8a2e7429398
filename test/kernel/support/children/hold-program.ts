/** Loads a program with a pinned map into the cgroup of its argument, says where it is pinned, and stays. */
import { source, testHost } from '../user-program.ts';

const host = testHost();
const view = await host.load(
  source(
    'held',
    `struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } sent SEC(".maps");
SEC("cgroup_skb/egress") int count(struct __sk_buff *skb) { __u32 zero = 0; return bpf_map_lookup_elem(&sent, &zero) ? 1 : 1; }`,
    { cgroup: process.argv[2], pin: true },
  ),
);
console.log(view.pinned);
setInterval(() => undefined, 1000);
