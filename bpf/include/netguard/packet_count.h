/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is not TCP is counted twice: exactly per cgroup, and per conversation as far as there is room. */
#ifndef NETGUARD_PACKET_COUNT_H
#define NETGUARD_PACKET_COUNT_H

#include "packet.h"

/*
 * Key: cgroup, protocol, loopback. Inserted by the first packet; deleted by user space ten minutes after the cgroup went.
 * Full: counted under cgroup 0 and as NG_LOST_TOTALS_MAP.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct ng_total_key);
	__type(value, struct ng_total_value);
} ng_totals SEC(".maps");

/*
 * Key: one conversation of one cgroup. Inserted by its first packet; read by differences and deleted by user space after
 * 30 s without one (a batch of look-up-and-delete loses packets). Full: counted in the totals' overflow and as NG_LOST_CONV_MAP.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct ng_conv_key);
	__type(value, struct ng_conv_value);
} ng_convs SEC(".maps");

static __always_inline struct ng_total_value *total_get(struct ng_total_key *key)
{
	struct ng_total_value *total = bpf_map_lookup_elem(&ng_totals, key);
	struct ng_total_value fresh;

	if (total)
		return total;
	__builtin_memset(&fresh, 0, sizeof(fresh));
	bpf_map_update_elem(&ng_totals, key, &fresh, BPF_NOEXIST);
	total = bpf_map_lookup_elem(&ng_totals, key);
	if (total)
		return total;
	count_lost(NG_LOST_TOTALS_MAP);
	key->cgroup_id = 0;
	return bpf_map_lookup_elem(&ng_totals, key); /* user space made these entries before the attach */
}

#define E2BIG 7
#define FULL_PAUSE_NS 100000000ULL

/* While the table is full no insertion is tried for a while: one that fails costs more than all else here. */
static __u64 conversations_full_until_ns;

static __always_inline struct ng_conv_value *conversation_get(const struct ng_conv_key *key, bool ingress)
{
	struct ng_conv_value *conversation = bpf_map_lookup_elem(&ng_convs, key);
	struct ng_conv_value fresh;

	if (conversation)
		return conversation;
	__builtin_memset(&fresh, 0, sizeof(fresh));
	fresh.first_ns = bpf_ktime_get_coarse_ns();
	if (fresh.first_ns < conversations_full_until_ns)
		return 0;
	fresh.opener = ingress ? 2 : 1;
	if (bpf_map_update_elem(&ng_convs, key, &fresh, BPF_NOEXIST) == -E2BIG)
		conversations_full_until_ns = fresh.first_ns + FULL_PAUSE_NS;
	return bpf_map_lookup_elem(&ng_convs, key);
}

static __always_inline void conversation_ports(struct __sk_buff *skb, const struct ip_packet *packet, bool ingress,
					       struct ng_conv_key *key)
{
	__be16 copy[2];
	const __be16 *port;

	key->lport = 0;
	key->rport = 0;
	if (packet->fragment || packet->transport > MAX_TRANSPORT)
		return;
	port = header_at(skb, packet->transport, sizeof(copy), copy);
	if (!port)
		return;
	if (packet->protocol == IPPROTO_ICMP || packet->protocol == IPPROTO_ICMPV6) {
		key->lport = bpf_ntohs(port[0]) >> 8;
		key->rport = bpf_ntohs(port[0]) & 0xff;
	} else if (packet->protocol == IPPROTO_UDP || packet->protocol == IPPROTO_SCTP) {
		key->lport = bpf_ntohs(ingress ? port[1] : port[0]);
		key->rport = bpf_ntohs(ingress ? port[0] : port[1]);
	}
}

/* Payload of the transport. An offload batch is one skb with one header: gso_segs tells its datagrams. */
static __always_inline __u32 payload_length(const struct __sk_buff *skb, const struct ip_packet *packet)
{
	__u32 header = packet->transport;

	if (packet->protocol == IPPROTO_UDP || packet->protocol == IPPROTO_ICMP || packet->protocol == IPPROTO_ICMPV6)
		header += 8;
	return skb->len > header ? skb->len - header : 0;
}

static __always_inline int count_packet(struct __sk_buff *skb, bool ingress)
{
	__u32 packets = skb->gso_segs ? skb->gso_segs : 1;
	struct ng_conv_value *conversation;
	struct ng_total_value *total;
	struct ng_total_key total_key = {};
	struct ng_conv_key key = {};
	struct ip_packet packet;
	__u32 bytes;

	if (!parse_ip(skb, &packet)) {
		count_lost(NG_LOST_SHORT_PACKET);
		return 1;
	}
	bytes = payload_length(skb, &packet);
	key.cgroup_id = bpf_skb_cgroup_id(skb);
	key.protocol = packet.protocol;
	key.loopback = skb->ifindex == LOOPBACK_IFINDEX;
	total_key.cgroup_id = key.cgroup_id;
	total_key.protocol = packet.protocol;
	total_key.loopback = key.loopback;
	total = total_get(&total_key);
	if (!total)
		return 1;
	key.laddr = ingress ? packet.destination : packet.source;
	key.raddr = ingress ? packet.source : packet.destination;
	conversation_ports(skb, &packet, ingress, &key);
	if (packet.protocol == IPPROTO_TCP) /* raw senders forge sources: one conversation a target, not one a packet */
		__builtin_memset(ingress ? &key.raddr : &key.laddr, 0, sizeof(key.laddr));
	conversation = conversation_get(&key, ingress);
	if (!conversation) {
		__sync_fetch_and_add(&total->overflow, packets);
		count_lost(NG_LOST_CONV_MAP);
	}
	if (ingress) {
		__sync_fetch_and_add(&total->rx_packets, packets);
		__sync_fetch_and_add(&total->rx_bytes, bytes);
		if (conversation) {
			__sync_fetch_and_add(&conversation->rx_packets, packets);
			__sync_fetch_and_add(&conversation->rx_bytes, bytes);
		}
	} else {
		__sync_fetch_and_add(&total->tx_packets, packets);
		__sync_fetch_and_add(&total->tx_bytes, bytes);
		if (conversation) {
			__sync_fetch_and_add(&conversation->tx_packets, packets);
			__sync_fetch_and_add(&conversation->tx_bytes, bytes);
		}
	}
	return 1;
}

#endif
