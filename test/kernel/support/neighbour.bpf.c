// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs of somebody else, for tests: at the root cgroup, at an interface, and one that loses packets. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

/* Index: the programs in the order below. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} nb_runs SEC(".maps");

/* Of this many packets one is lost. */
const volatile __u32 lose_every = 10;

static __always_inline __u64 ran(__u32 index)
{
	__u64 *runs = bpf_map_lookup_elem(&nb_runs, &index);

	return runs ? __sync_fetch_and_add(runs, 1) : 0;
}

SEC("cgroup_skb/ingress")
int nb_cgroup_in(struct __sk_buff *skb)
{
	ran(0);
	return 1;
}

SEC("cgroup_skb/egress")
int nb_cgroup_out(struct __sk_buff *skb)
{
	ran(1);
	return 1;
}

SEC("tcx/ingress")
int nb_tcx_in(struct __sk_buff *skb)
{
	ran(2);
	return TC_ACT_UNSPEC;
}

SEC("tcx/egress")
int nb_tcx_out(struct __sk_buff *skb)
{
	ran(3);
	return TC_ACT_UNSPEC;
}

SEC("tcx/ingress")
int nb_lose(struct __sk_buff *skb)
{
	return ran(4) % lose_every == lose_every - 1 ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
