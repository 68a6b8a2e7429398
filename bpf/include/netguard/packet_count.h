/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is not TCP is counted twice: exactly per cgroup, and per conversation as far as there is room. */
#ifndef NETGUARD_PACKET_COUNT_H
#define NETGUARD_PACKET_COUNT_H

#include "packet.h"
#include "packet_conv.h"
#include "payload_datagram.h"
#include "packet_total.h"

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
	struct ng_total_key key = {};
	struct ip_packet packet;
	__u32 bytes, slot;

	if (!parse_ip(skb, &packet)) {
		count_lost(NG_LOST_SHORT_PACKET);
		return 1;
	}
	bytes = payload_length(skb, &packet);
	key.cgroup_id = bpf_skb_cgroup_id(skb);
	key.protocol = packet.protocol;
	key.loopback = skb->ifindex == LOOPBACK_IFINDEX;
	conversation = conversation_get(skb, &packet, ingress, &key);
	total = conversation ? total_remembered(&conversation->slot, &key) : total_guess(&key, &slot);
	if (!total)
		return 1;
	if (!conversation) {
		__sync_fetch_and_add(&total->overflow, packets);
		count_lost(NG_LOST_CONV_MAP);
	}
	if (ng_payload_on && is_sampled(conversation, ingress))
		sample_datagram(skb, &packet, conversation, ingress);
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
