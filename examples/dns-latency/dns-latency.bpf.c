// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* Time from a DNS question over UDP to its answer, as a log2 histogram in microseconds, and questions without an answer. */
#include <netguard/kernel.h>

char LICENSE[] SEC("license") = "GPL";

#define SLOTS 32
const volatile __u16 dns_port = 53;

struct question {
	__u64 cgroup_id;
	__u16 port; /* of who asks, host order */
	__u16 id;   /* of the message, as it was sent */
	__u32 padding;
};

/* Inserted by a question, deleted by its answer; unanswered ones give way when it is full. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct question);
	__type(value, __u64);
} asked_ns SEC(".maps");

/* Slot n counts latencies of 2^n to 2^(n+1) - 1 microseconds, slot 0 those below 2 as well. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__type(value, __u64);
} latency_us SEC(".maps");

struct counts {
	__u64 questions;
	__u64 answers;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counts);
} messages SEC(".maps");

static __always_inline __u32 log2_slot(__u64 value)
{
	__u32 slot = 0;

	for (int i = 0; i < SLOTS - 1; i++) {
		value >>= 1;
		slot += value != 0;
	}
	return slot;
}

/* Fills in who asked what; false when this is no UDP datagram from (`from`) or to the DNS port. */
static __always_inline bool is_dns(struct __sk_buff *skb, bool from, struct question *question)
{
	__u32 udp = 40;
	__be16 ports[2];
	__u8 first, protocol;
	__u16 fragment;

	if (bpf_skb_load_bytes(skb, 0, &first, 1))
		return false;
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		udp = (first & 15) * 4;
		if (bpf_skb_load_bytes(skb, 9, &protocol, 1) || bpf_skb_load_bytes(skb, 6, &fragment, 2) ||
		    (fragment & bpf_htons(0x1fff)))
			return false;
	} else if (bpf_skb_load_bytes(skb, 6, &protocol, 1)) {
		return false;
	}
	if (protocol != IPPROTO_UDP || bpf_skb_load_bytes(skb, udp, ports, sizeof(ports)) ||
	    bpf_skb_load_bytes(skb, udp + 8, &question->id, 2) || ports[from ? 0 : 1] != bpf_htons(dns_port))
		return false;
	question->port = bpf_ntohs(ports[from ? 1 : 0]);
	question->cgroup_id = bpf_skb_cgroup_id(skb);
	return true;
}

SEC("cgroup_skb/egress")
int dns_question(struct __sk_buff *skb)
{
	struct question question = {};
	__u64 now = bpf_ktime_get_ns();
	struct counts *counts;
	__u32 zero = 0;

	if (!is_dns(skb, false, &question))
		return 1;
	bpf_map_update_elem(&asked_ns, &question, &now, BPF_ANY);
	counts = bpf_map_lookup_elem(&messages, &zero);
	if (counts)
		__sync_fetch_and_add(&counts->questions, 1);
	return 1;
}

SEC("cgroup_skb/ingress")
int dns_answer(struct __sk_buff *skb)
{
	struct question question = {};
	struct counts *counts;
	__u64 *asked, *slot;
	__u32 at = 0;

	if (!is_dns(skb, true, &question))
		return 1;
	asked = bpf_map_lookup_elem(&asked_ns, &question);
	if (!asked)
		return 1;
	counts = bpf_map_lookup_elem(&messages, &at);
	if (counts)
		__sync_fetch_and_add(&counts->answers, 1);
	at = log2_slot((bpf_ktime_get_ns() - *asked) / 1000);
	bpf_map_delete_elem(&asked_ns, &question);
	slot = bpf_map_lookup_elem(&latency_us, &at);
	if (slot)
		__sync_fetch_and_add(slot, 1);
	return 1;
}
