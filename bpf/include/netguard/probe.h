/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Packets that found no socket, folded by source and target. */
#ifndef NETGUARD_PROBE_H
#define NETGUARD_PROBE_H

#include "drop.h"
#include "hash.h"
#include "limits.h"
#include "loss.h"
#include "packet.h"
#include "ring.h"

/*
 * Key: network namespace, source and target over IPv4, short because hashing it is much of what a drop costs. Inserted by the
 * first packet without a socket; deleted by user space when idle. LRU on purpose: these are evidence, not accounts, and a
 * spoofed flood at a closed port must not keep a scanner out; pairs that go on sending stay.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 12288);
	__type(key, struct ng_probe4_key);
	__type(value, struct ng_probe_value);
} ng_probes4 SEC(".maps");

/* The same over IPv6. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct ng_probe_key);
	__type(value, struct ng_probe_value);
} ng_probes6 SEC(".maps");

static const struct ng_probe_value new_probe;

/* What is folded of a packet; shape NG_SHAPES: nothing, as it is neither TCP nor UDP (an echo reply of a raw socket's ping). */
struct probe_packet {
	__u32 shape;
	__u16 port;
};

static __always_inline __u32 tcp_shape(__u8 flags)
{
	switch (flags & (TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK | TCP_PSH | TCP_URG)) {
	case TCP_SYN:
		return NG_SHAPE_SYN;
	case TCP_FIN:
		return NG_SHAPE_FIN;
	case 0:
		return NG_SHAPE_NULL;
	case TCP_FIN | TCP_PSH | TCP_URG:
		return NG_SHAPE_XMAS;
	case TCP_ACK:
		return NG_SHAPE_ACK;
	case TCP_RST:
	case TCP_RST | TCP_ACK:
		return NG_SHAPE_RST;
	case TCP_SYN | TCP_ACK:
		return NG_SHAPE_SYN_ACK;
	}
	return NG_SHAPE_OTHER;
}

static __always_inline void read_transport(struct probe_packet *packet, __u8 protocol, const struct tcp_start *start)
{
	packet->port = bpf_ntohs(start->destination); /* a datagram's ports stand where TCP's do */
	packet->shape = protocol == IPPROTO_UDP ? NG_SHAPE_UDP : protocol == IPPROTO_TCP ? tcp_shape(start->flags) : NG_SHAPES;
}

/*
 * Both headers in one read of kernel memory; options, which are rare, cost another. False when they cannot be read. The key
 * is stored in words as long as those by which the kernel compares it, little-endian: it would wait for shorter ones.
 */
static __always_inline bool read_probe4(const unsigned char *network, __u32 netns, struct ng_probe4_key *key,
					struct probe_packet *packet)
{
	struct {
		struct ipv4_header ip;
		struct tcp_start tcp;
	} head;

	if (bpf_probe_read_kernel(&head, sizeof(head), network))
		return false;
	*(__u64 *)key = (__u64)head.ip.source << 32 | netns;
	key->target = head.ip.destination;
	if (head.ip.version_length != 0x45 &&
	    bpf_probe_read_kernel(&head.tcp, sizeof(head.tcp), network + (head.ip.version_length & 0xf) * 4))
		return false;
	read_transport(packet, head.ip.protocol, &head.tcp);
	return true;
}

/* What has extension headers is counted as a drop only. */
static __always_inline bool read_probe6(const unsigned char *network, struct ng_probe_key *key, struct probe_packet *packet)
{
	struct {
		struct ipv6_header ip;
		struct tcp_start tcp;
	} head;

	if (bpf_probe_read_kernel(&head, sizeof(head), network))
		return false;
	__builtin_memcpy(&key->source, &head.ip.source, 16);
	__builtin_memcpy(&key->target, &head.ip.destination, 16);
	read_transport(packet, head.ip.next, &head.tcp);
	return true;
}

static __always_inline void raise_probe(const struct ng_probe_key *key, const struct ng_probe_value *probe)
{
	struct ng_probe_event *event = bpf_ringbuf_reserve(&ng_events, sizeof(*event), 0);

	if (!event) {
		count_lost(NG_LOST_PROBE_RING);
		return;
	}
	event->kind = NG_EVENT_PROBE;
	event->pad0 = 0;
	event->now_ns = bpf_ktime_get_boot_ns();
	event->key = *key;
	bpf_probe_read_kernel(&event->value, sizeof(event->value), probe);
	bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
}

static __always_inline struct ng_probe_value *probe_get(void *table, const void *key)
{
	struct ng_probe_value *probe = bpf_map_lookup_elem(table, key);
	struct ng_limits *limit;

	if (probe)
		return probe;
	bpf_map_update_elem(table, key, &new_probe, BPF_NOEXIST);
	probe = bpf_map_lookup_elem(table, key);
	if (!probe) {
		count_lost(NG_LOST_PROBE_MAP);
		return 0;
	}
	limit = limits();
	probe->first_ns = bpf_ktime_get_ns();
	probe->fire = limit ? limit->probe_ports : 0;
	return probe;
}

/* True when the pair has met so many ports that user space must hear of it now. */
static __always_inline bool count_probe(struct ng_probe_value *probe, const struct probe_packet *packet)
{
	__u32 bit, shape = packet->shape;
	__u64 mask;

	if (shape < NG_SHAPES) /* always: for the verifier */
		__sync_fetch_and_add(&probe->shape[shape], 1);
	probe->last_port = packet->port;
	/*
	 * 256-bit linear counting (Whang et al. 1990) of ports. It expects collisions: a multiplicative hash alone spreads ports
	 * in a row without any, and would say 628 for 300.
	 */
	bit = mix32(packet->port) >> 24;
	mask = 1ULL << (bit & 63);
	if (probe->ports[(bit >> 6) & 3] & mask)
		return false;
	probe->ports[(bit >> 6) & 3] |= mask;
	if (++probe->port_bits != probe->fire)
		return false;
	probe->fire *= 2;
	return true;
}

static __always_inline bool fold_probe4(const unsigned char *network, __u32 netns)
{
	struct ng_probe4_key key __attribute__((aligned(8)));
	struct ng_probe_key full = { .netns = netns };
	struct probe_packet packet;
	struct ng_probe_value *probe;

	if (!read_probe4(network, netns, &key, &packet))
		return false;
	if (packet.shape >= NG_SHAPES)
		return true;
	probe = probe_get(&ng_probes4, &key);
	if (!probe || !count_probe(probe, &packet))
		return true;
	address_from_v4(&full.source, key.source);
	address_from_v4(&full.target, key.target);
	raise_probe(&full, probe);
	return true;
}

static __always_inline bool fold_probe6(const unsigned char *network, __u32 netns)
{
	struct ng_probe_key key = { .netns = netns };
	struct probe_packet packet;
	struct ng_probe_value *probe;

	if (!read_probe6(network, &key, &packet))
		return false;
	if (packet.shape >= NG_SHAPES)
		return true;
	probe = probe_get(&ng_probes6, &key);
	if (probe && count_probe(probe, &packet))
		raise_probe(&key, probe);
	return true;
}

static __always_inline void fold_probe(const struct sk_buff *skb, __u32 netns)
{
	const unsigned char *network = skb->head + skb->network_header;
	bool known = false;

	if (skb->protocol == bpf_htons(ETH_P_IP))
		known = fold_probe4(network, netns);
	else if (skb->protocol == bpf_htons(ETH_P_IPV6))
		known = fold_probe6(network, netns);
	if (!known)
		count_lost(NG_LOST_SHORT_PACKET);
}

static __always_inline int packet_dropped(const struct sk_buff *skb, __u32 reason, const struct sock *sk)
{
	struct net_device *dev = skb->dev;
	__u32 netns = 0;

	if (reason == bpf_core_enum_value(enum skb_drop_reason, SKB_NOT_DROPPED_YET))
		return 0;
	if (bpf_core_enum_value_exists(enum skb_drop_reason, SKB_CONSUMED) &&
	    reason == bpf_core_enum_value(enum skb_drop_reason, SKB_CONSUMED))
		return 0;
	if (bpf_core_enum_value_exists(enum skb_drop_reason, SKB_DROP_REASON_QUEUE_PURGE) &&
	    reason == bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_QUEUE_PURGE))
		return 0;
	if (dev)
		netns = dev->nd_net.net->ns.inum;
	if (!netns && sk)
		netns = sk->__sk_common.skc_net.net->ns.inum;
	count_drop(netns, reason); /* 0: the kernel does not tell which namespace */
	if (reason == bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_NO_SOCKET))
		fold_probe(skb, netns);
	return 0;
}

#endif
