// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* TCP segments that reach the TCP layer of this host, by source: tcp_v4_rcv and tcp_v6_rcv. */
#include <linux/ptrace.h>
#include <netguard/kernel.h>

char LICENSE[] SEC("license") = "GPL";

typedef __u8 ipv6[16];

struct source {
	ipv6 source; /* IPv4 as ::ffff:a.b.c.d */
};

/* Inserted here; the source idle for longest gives way when it is full. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct source);
	__type(value, __u64);
} segments SEC(".maps");

static __always_inline int count(const struct source *source)
{
	__u64 one = 1, *seen = bpf_map_lookup_elem(&segments, source);

	if (seen)
		__sync_fetch_and_add(seen, 1);
	else
		bpf_map_update_elem(&segments, source, &one, BPF_ANY);
	return 0;
}

static __always_inline const unsigned char *network_header(struct sk_buff *skb)
{
	return BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header);
}

/* The source address is at byte 12 of an IPv4 header. */
SEC("kprobe/tcp_v4_rcv")
int BPF_KPROBE(tcp4_segment, struct sk_buff *skb)
{
	struct source source = {};

	source.source[10] = source.source[11] = 0xff;
	if (bpf_probe_read_kernel(&source.source[12], 4, network_header(skb) + 12))
		return 0;
	return count(&source);
}

/* And at byte 8 of an IPv6 header. Segments for mapped sockets come by tcp_v4_rcv. */
SEC("kprobe/tcp_v6_rcv")
int BPF_KPROBE(tcp6_segment, struct sk_buff *skb)
{
	struct source source = {};

	if (bpf_probe_read_kernel(source.source, sizeof(source.source), network_header(skb) + 8))
		return 0;
	return count(&source);
}
