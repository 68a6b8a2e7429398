/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Segments that arrive at an open port and belong to no connection yet. */
#ifndef NETGUARD_PACKET_SYN_H
#define NETGUARD_PACKET_SYN_H

#include "listener.h"
#include "packet.h"

#define SYN_SEEN_SLOTS 65536

/*
 * Tags of recent SYNs by hash of source, port and initial sequence number: a repeated one is a retransmission, which a
 * patient client sends and a flood need not. Direct-mapped, overwritten by use: under a large flood some are forgotten.
 */
static __u32 syn_seen[SYN_SEEN_SLOTS];

struct tcp_start {
	__be16 source;
	__be16 destination;
	__be32 sequence;
	__be32 acknowledged;
	__u8 offset;
	__u8 flags;
};

#define TCP_FIN 1
#define TCP_SYN 2
#define TCP_RST 4
#define TCP_PSH 8
#define TCP_ACK 16
#define TCP_URG 32

static __always_inline bool seen_before(const struct ng_addr *source, const struct tcp_start *tcp)
{
	__u64 hash = address_hash(source, (__u64)tcp->sequence << 32 | (__u32)tcp->source << 16 | tcp->destination);
	__u32 slot = hash & (SYN_SEEN_SLOTS - 1);
	__u32 tag = (hash >> 32) | 1;

	if (syn_seen[slot] == tag)
		return true;
	syn_seen[slot] = tag;
	return false;
}

static __always_inline int arrived_at_listener(struct __sk_buff *skb)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(skb->sk);
	struct ng_listener_value *group;
	struct ng_listener_key key;
	struct ip_packet packet;
	struct tcp_start tcp;
	const struct sock *sk;

	if (!tp) /* MPTCP's own listener: its subflows are TCP sockets of their own */
		return 1;
	if (!parse_ip(skb, &packet) || bpf_skb_load_bytes(skb, packet.transport, &tcp, sizeof(tcp))) {
		count_lost(NG_LOST_SHORT_PACKET);
		return 1;
	}
	sk = &tp->inet_conn.icsk_inet.sk;
	listener_key(&key, sk, sk->__sk_common.skc_num);
	group = listener_get(&key, sk);
	if (!group)
		return 1;
	switch (tcp.flags & (TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK | TCP_PSH | TCP_URG)) {
	case TCP_SYN:
		if (seen_before(&packet.source, &tcp))
			__sync_fetch_and_add(&group->syn_retrans, 1);
		else
			listener_syn(&key, group, tp, &packet.source);
		break;
	case TCP_ACK:
	case TCP_ACK | TCP_PSH: /* data may come with the handshake's last ACK */
	case TCP_ACK | TCP_PSH | TCP_FIN:
	case TCP_ACK | TCP_FIN:
		__sync_fetch_and_add(&group->acks, 1);
		break;
	case TCP_RST:
	case TCP_RST | TCP_ACK: /* a client that gives up on its own request */
		break;
	default:
		__sync_fetch_and_add(&group->odd_flags, 1);
	}
	return 1;
}

#endif
