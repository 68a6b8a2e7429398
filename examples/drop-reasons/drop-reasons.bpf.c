// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* Packets that the kernel drops, by reason: the numbers of enum skb_drop_reason of the running kernel. */
#include <netguard/kernel.h>

char LICENSE[] SEC("license") = "GPL";

/* Inode of the network namespace to look at; 0: all of them. */
const volatile __u32 netns = 0;

struct drop {
	enum skb_drop_reason reason;
};

/* Inserted here; a kernel has some 130 reasons, subsystems add theirs. What finds no room is not counted. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct drop);
	__type(value, __u64);
} drops SEC(".maps");

SEC("tp_btf/kfree_skb")
int BPF_PROG(drop_reason, struct sk_buff *skb, void *location, int reason)
{
	struct drop drop = { .reason = reason };
	__u64 none = 0, *seen;

	/* Two are no drops: a packet that was used up, and one not dropped yet. */
	if ((bpf_core_enum_value_exists(enum skb_drop_reason, SKB_CONSUMED) &&
	     reason == (int)bpf_core_enum_value(enum skb_drop_reason, SKB_CONSUMED)) || reason == 0)
		return 0;
	if (netns && BPF_CORE_READ(skb, dev, nd_net.net, ns.inum) != netns)
		return 0;
	seen = bpf_map_lookup_elem(&drops, &drop);
	if (!seen) {
		bpf_map_update_elem(&drops, &drop, &none, BPF_NOEXIST);
		seen = bpf_map_lookup_elem(&drops, &drop);
	}
	if (seen)
		__sync_fetch_and_add(seen, 1);
	return 0;
}
