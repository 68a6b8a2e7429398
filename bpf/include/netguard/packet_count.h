/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is not TCP is counted twice: exactly per cgroup, and per conversation as far as there is room. */
#ifndef NETGUARD_PACKET_COUNT_H
#define NETGUARD_PACKET_COUNT_H

#include "hash.h"
#include "packet.h"
#include "packet_conv.h"
#include "packet_total.h"

/* Payload of the transport. An offload batch is one skb with one header: gso_segs tells its datagrams. */
static __always_inline __u32 payload_length(const struct __sk_buff *skb, const struct ip_packet *packet)
{
	__u32 header = packet->transport;

	if (packet->protocol == IPPROTO_UDP || packet->protocol == IPPROTO_ICMP || packet->protocol == IPPROTO_ICMPV6)
		header += 8;
	return skb->len > header ? skb->len - header : 0;
}

#define SLOT_GUESSES 256

/* By hash of a total's key, for packets without a conversation: its slot if it was the last to be here. */
static __u32 slot_guess[SLOT_GUESSES];

/* One look-up by hash a packet is enough: the conversation, or a guess, tells where the total is. */
static __always_inline struct ng_total_value *total_of(struct ng_conv_value *conversation, struct ng_total_key *key, __u32 *slot)
{
	__u32 guess = mix32(key->cgroup_id ^ (__u32)key->protocol << 24 ^ (__u32)key->loopback << 23) & (SLOT_GUESSES - 1);
	__u32 *remembered = conversation ? &conversation->slot : &slot_guess[guess];
	struct ng_total_value *total;

	*slot = *remembered;
	total = total_in(*slot, key);
	if (total)
		return total;
	total = total_get(key, slot);
	if (total)
		*remembered = *slot;
	return total;
}

static __always_inline int count_packet(struct __sk_buff *skb, bool ingress)
{
	__u32 packets = skb->gso_segs ? skb->gso_segs : 1;
	struct ng_conv_value *conversation;
	struct ng_total_value *total;
	struct conversation_key conversation_of;
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
	conversation_key(skb, &packet, ingress, &key, &conversation_of);
	conversation = conversation_find(&conversation_of);
	total = total_of(conversation, &key, &slot);
	if (!total)
		return 1;
	if (!conversation)
		conversation = conversation_make(&conversation_of, ingress, total, slot);
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
