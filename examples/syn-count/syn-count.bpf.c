// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* SYNs that arrive at this host, by source, IPv4 and IPv6. Seen before any firewall, so closed ports count too. */
#include <netguard/kernel.h>

char LICENSE[] SEC("license") = "GPL";

typedef __u8 ipv6[16];

struct source {
	ipv6 source; /* IPv4 as ::ffff:a.b.c.d */
};

/* Inserted here; the least recently seen source gives way when it is full. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct source);
	__type(value, __u64);
} syns SEC(".maps");

struct ip4 {
	__u8 version_length, tos;
	__be16 length, id, fragment;
	__u8 ttl, protocol;
	__u16 checksum;
	__be32 source, destination;
};

struct ip6 {
	__u8 version_flow[4];
	__be16 length;
	__u8 next, hops;
	ipv6 source, destination;
};

static __always_inline int count(const struct source *source)
{
	__u64 one = 1, *syns_seen = bpf_map_lookup_elem(&syns, source);

	if (syns_seen)
		__sync_fetch_and_add(syns_seen, 1);
	else if (bpf_map_update_elem(&syns, source, &one, BPF_NOEXIST))
		/* Another CPU was first. */
		if ((syns_seen = bpf_map_lookup_elem(&syns, source)))
			__sync_fetch_and_add(syns_seen, 1);
	return 0;
}

/* SYN without ACK: what a client begins with. */
static __always_inline bool is_syn(const unsigned char *tcp)
{
	__u8 flags = 0;

	bpf_probe_read_kernel(&flags, 1, tcp + 13);
	return (flags & 0x12) == 0x02;
}

/* At this tracepoint data begins with the network header. Packets with IPv6 extension headers are left out. */
SEC("tp_btf/netif_receive_skb")
int BPF_PROG(syn_count, struct sk_buff *skb)
{
	const unsigned char *data = skb->data;
	struct source source = {};
	struct ip4 v4;
	struct ip6 v6;

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		if (bpf_probe_read_kernel(&v4, sizeof(v4), data) || v4.protocol != IPPROTO_TCP ||
		    (v4.fragment & bpf_htons(0x1fff)) || !is_syn(data + (v4.version_length & 15) * 4))
			return 0;
		source.source[10] = source.source[11] = 0xff;
		__builtin_memcpy(&source.source[12], &v4.source, 4);
		return count(&source);
	}
	if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		if (bpf_probe_read_kernel(&v6, sizeof(v6), data) || v6.next != IPPROTO_TCP || !is_syn(data + sizeof(v6)))
			return 0;
		__builtin_memcpy(source.source, v6.source, 16);
		return count(&source);
	}
	return 0;
}
