// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* TCP segments sent again, by the address and port they go to. */
#include <netguard/kernel.h>

char LICENSE[] SEC("license") = "GPL";

typedef __u8 ipv6[16];
typedef __be16 port_be;

struct peer {
	ipv6 destination; /* IPv4 as ::ffff:a.b.c.d */
	port_be port;
	__u16 padding[3];
};

/* Inserted here; the peer idle for longest gives way when it is full. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct peer);
	__type(value, __u64);
} retransmits SEC(".maps");

SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(tcp_retransmit, const struct sock *sk)
{
	struct peer peer = { .port = sk->__sk_common.skc_dport };
	__u64 one = 1, *sent_again;

	if (sk->__sk_common.skc_family == AF_INET6) {
		BPF_CORE_READ_INTO(&peer.destination, sk, __sk_common.skc_v6_daddr.in6_u.u6_addr8);
	} else {
		__be32 destination = sk->__sk_common.skc_daddr;

		peer.destination[10] = peer.destination[11] = 0xff;
		__builtin_memcpy(&peer.destination[12], &destination, 4);
	}
	sent_again = bpf_map_lookup_elem(&retransmits, &peer);
	if (sent_again)
		__sync_fetch_and_add(sent_again, 1);
	else
		bpf_map_update_elem(&retransmits, &peer, &one, BPF_ANY);
	return 0;
}
