// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The usual accounting of flow agents, as a baseline: for each packet, TCP too, a look-up in an LRU hash keyed by 5-tuple
 * and cgroup, bytes and packets added, a timestamp taken. In its favour: headers are read in place, without a helper.
 */
#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <stdbool.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct flow_key {
	__u32 source[4];
	__u32 destination[4];
	__u64 cgroup_id;
	__be16 sport;
	__be16 dport;
	__u8 protocol;
	__u8 ingress;
	__u16 pad0;
};

struct flow_value {
	__u64 first_ns;
	__u64 last_ns;
	__u64 packets;
	__u64 bytes;
};

/* Key: one direction of one flow. Inserted by its first packet, evicted by the kernel. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct flow_key);
	__type(value, struct flow_value);
} bench_flows SEC(".maps");

static __always_inline bool parse(struct __sk_buff *skb, struct flow_key *key)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	__be16 *ports;

	if (skb->protocol == bpf_htons(0x0800)) {
		struct iphdr *ip = data;

		if ((void *)(ip + 1) > end)
			return false;
		key->source[3] = ip->saddr;
		key->destination[3] = ip->daddr;
		key->protocol = ip->protocol;
		ports = (void *)(ip + 1);
	} else {
		struct ipv6hdr *ip = data;

		if ((void *)(ip + 1) > end)
			return false;
		__builtin_memcpy(key->source, &ip->saddr, 16);
		__builtin_memcpy(key->destination, &ip->daddr, 16);
		key->protocol = ip->nexthdr;
		ports = (void *)(ip + 1);
	}
	if ((key->protocol == IPPROTO_TCP || key->protocol == IPPROTO_UDP) && (void *)(ports + 2) <= end) {
		key->sport = ports[0];
		key->dport = ports[1];
	}
	return true;
}

static __always_inline int account(struct __sk_buff *skb, __u8 ingress)
{
	struct flow_key key = { .ingress = ingress };
	struct flow_value *flow;
	__u64 now = bpf_ktime_get_ns();

	if (!parse(skb, &key))
		return 1;
	key.cgroup_id = bpf_skb_cgroup_id(skb);
	flow = bpf_map_lookup_elem(&bench_flows, &key);
	if (flow) {
		flow->last_ns = now;
		__sync_fetch_and_add(&flow->packets, 1);
		__sync_fetch_and_add(&flow->bytes, skb->len);
	} else {
		struct flow_value fresh = { .first_ns = now, .last_ns = now, .packets = 1, .bytes = skb->len };

		bpf_map_update_elem(&bench_flows, &key, &fresh, BPF_ANY);
	}
	return 1;
}

SEC("cgroup_skb/ingress")
int lru_in(struct __sk_buff *skb)
{
	return account(skb, 1);
}

SEC("cgroup_skb/egress")
int lru_out(struct __sk_buff *skb)
{
	return account(skb, 0);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
