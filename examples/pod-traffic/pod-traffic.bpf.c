// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* Bytes and packets in and out of every cgroup, which is every pod's: IP headers included, Ethernet's not. */
#include <netguard/kernel.h>

char LICENSE[] SEC("license") = "GPL";

typedef __u64 cgroup_id;

struct pod {
	cgroup_id cgroup_id;
};

struct traffic {
	__u64 receive_bytes;
	__u64 transmit_bytes;
	__u64 receive_packets;
	__u64 transmit_packets;
};

/* Inserted here; the cgroup idle for longest gives way when it is full. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct pod);
	__type(value, struct traffic);
} traffic SEC(".maps");

static __always_inline struct traffic *traffic_of(struct __sk_buff *skb)
{
	struct pod pod = { .cgroup_id = bpf_skb_cgroup_id(skb) };
	struct traffic none = {}, *known = bpf_map_lookup_elem(&traffic, &pod);

	if (known)
		return known;
	bpf_map_update_elem(&traffic, &pod, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&traffic, &pod);
}

SEC("cgroup_skb/ingress")
int pod_receive(struct __sk_buff *skb)
{
	struct traffic *traffic = traffic_of(skb);

	if (traffic) {
		__sync_fetch_and_add(&traffic->receive_bytes, skb->len);
		__sync_fetch_and_add(&traffic->receive_packets, 1);
	}
	return 1; /* let it pass */
}

SEC("cgroup_skb/egress")
int pod_transmit(struct __sk_buff *skb)
{
	struct traffic *traffic = traffic_of(skb);

	if (traffic) {
		__sync_fetch_and_add(&traffic->transmit_bytes, skb->len);
		__sync_fetch_and_add(&traffic->transmit_packets, 1);
	}
	return 1;
}
