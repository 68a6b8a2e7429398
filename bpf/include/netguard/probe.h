/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Dropped packets by reason, and those that found no socket folded by source and target. */
#ifndef NETGUARD_PROBE_H
#define NETGUARD_PROBE_H

#include "limits.h"
#include "loss.h"
#include "packet.h"
#include "packet_syn.h"
#include "ring.h"

/* Key: network namespace and the kernel's reason. Inserted by the first such drop; never deleted while the namespace lives. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct ng_drop_key);
	__type(value, __u64);
} ng_drops SEC(".maps");

/*
 * Key: source and target. Inserted by the first packet without a socket. LRU on purpose: these are evidence, not accounts,
 * and a spoofed flood at a closed port must not keep a scanner out; pairs that go on sending stay.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct ng_probe_key);
	__type(value, struct ng_probe_value);
} ng_probes SEC(".maps");

static const struct ng_probe_value new_probe;

static __always_inline void count_drop(__u32 netns, __u32 reason)
{
	struct ng_drop_key key = { .netns = netns, .reason = reason };
	__u64 *packets = bpf_map_lookup_elem(&ng_drops, &key);
	__u64 one = 1;

	if (packets)
		__sync_fetch_and_add(packets, 1);
	else if (bpf_map_update_elem(&ng_drops, &key, &one, BPF_NOEXIST)) {
		packets = bpf_map_lookup_elem(&ng_drops, &key); /* another CPU was first */
		if (packets)
			__sync_fetch_and_add(packets, 1);
		else
			count_lost(NG_LOST_DROPS_MAP);
	}
}

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

/* The packet's headers, read from kernel memory: source, target, port and shape. False when they cannot be read. */
static __always_inline bool read_probe(const struct sk_buff *skb, struct ng_probe_key *key, __u16 *port, __u32 *shape)
{
	unsigned char *network = skb->head + skb->network_header;
	struct {
		struct ipv4_header ip;
		struct tcp_start tcp;
	} v4;
	struct tcp_start tcp;
	__u8 protocol;

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		/* Both headers in one read; options, which are rare, cost another. A datagram's ports stand where TCP's do. */
		if (bpf_probe_read_kernel(&v4, sizeof(v4), network))
			return false;
		address_from_v4(&key->source, v4.ip.source);
		address_from_v4(&key->target, v4.ip.destination);
		protocol = v4.ip.protocol;
		tcp = v4.tcp;
		if (v4.ip.version_length != 0x45 &&
		    bpf_probe_read_kernel(&tcp, sizeof(tcp), network + (v4.ip.version_length & 0xf) * 4))
			return false;
	} else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		struct ipv6_header ip;

		if (bpf_probe_read_kernel(&ip, sizeof(ip), network))
			return false;
		__builtin_memcpy(&key->source, &ip.source, 16);
		__builtin_memcpy(&key->target, &ip.destination, 16);
		protocol = ip.next; /* behind extension headers: counted as a drop only */
		if (bpf_probe_read_kernel(&tcp, sizeof(tcp), network + sizeof(ip)))
			return false;
	} else {
		return false;
	}
	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
		return false;
	*port = bpf_ntohs(tcp.destination);
	*shape = protocol == IPPROTO_UDP ? NG_SHAPE_UDP : tcp_shape(tcp.flags);
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

/*
 * 32-bit mix (murmur3's finaliser). A multiplicative hash alone spreads ports in a row without collisions, and linear
 * counting, which expects them, would say 628 for 300.
 */
static __always_inline __u32 port_hash(__u32 h)
{
	h = (h ^ (h >> 16)) * 0x85ebca6bU;
	h = (h ^ (h >> 13)) * 0xc2b2ae35U;
	return h ^ (h >> 16);
}

static __always_inline void fold_probe(const struct sk_buff *skb, __u32 netns)
{
	struct ng_probe_key key = { .netns = netns };
	struct ng_limits *limit = limits();
	struct ng_probe_value *probe;
	__u32 shape = NG_SHAPE_OTHER, bit;
	__u16 port = 0;
	__u64 mask;

	if (!read_probe(skb, &key, &port, &shape)) {
		count_lost(NG_LOST_SHORT_PACKET);
		return;
	}
	probe = bpf_map_lookup_elem(&ng_probes, &key);
	if (!probe) {
		bpf_map_update_elem(&ng_probes, &key, &new_probe, BPF_NOEXIST);
		probe = bpf_map_lookup_elem(&ng_probes, &key);
		if (!probe) {
			count_lost(NG_LOST_PROBE_MAP);
			return;
		}
	}
	if (!probe->first_ns) {
		probe->first_ns = bpf_ktime_get_ns();
		probe->fire = limit ? limit->probe_ports : 0;
	}
	__sync_fetch_and_add(&probe->packets, 1);
	if (shape < NG_SHAPES)
		__sync_fetch_and_add(&probe->shape[shape], 1);
	probe->last_port = port;
	/* 256-bit linear counting (Whang et al. 1990) of ports. */
	bit = port_hash(port) >> 24;
	mask = 1ULL << (bit & 63);
	if (probe->ports[(bit >> 6) & 3] & mask)
		return;
	probe->ports[(bit >> 6) & 3] |= mask;
	if (++probe->port_bits == probe->fire) {
		probe->fire *= 2;
		raise_probe(&key, probe);
	}
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
