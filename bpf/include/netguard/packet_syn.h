/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Segments that arrive at an open port and belong to no connection yet. */
#ifndef NETGUARD_PACKET_SYN_H
#define NETGUARD_PACKET_SYN_H

#include "listener.h"
#include "packet.h"
#include "payload_segment.h"

#define SYN_SEEN_SETS 4096 /* a part */
#define SYN_SEEN_PARTS 16

/* The newest first; the oldest makes room. */
struct syn_seen_set {
	__u32 tag[4];
};

/*
 * Tags of recent SYNs by hash of source, port and initial sequence number: a repeated one is a retransmission, which a
 * patient client sends and a flood need not. Sets of four, in parts by listener, so that a flood makes its own listener
 * forget and one in sixteen of the others; a listener remembers the last second at up to some 5,000 SYNs a second.
 */
static struct syn_seen_set syn_seen[SYN_SEEN_PARTS * SYN_SEEN_SETS];

static __always_inline bool seen_before(const struct ng_listener_key *listener, const struct ng_addr *source,
					const struct tcp_start *tcp)
{
	__u64 hash = address_hash(source, (__u64)tcp->sequence << 32 | (__u32)tcp->source << 16 | tcp->destination);
	__u64 part = address_hash(&listener->addr, (__u64)listener->netns << 16 | listener->port) & (SYN_SEEN_PARTS - 1);
	__u32 index = part * SYN_SEEN_SETS + (hash & (SYN_SEEN_SETS - 1));
	__u32 tag = (hash >> 32) | 1;
	struct syn_seen_set *set;

	barrier_var(index); /* the verifier of 6.1 loses the bounds of a sum that was compiled as an or */
	set = &syn_seen[index & (SYN_SEEN_PARTS * SYN_SEEN_SETS - 1)];
	if (set->tag[0] == tag || set->tag[1] == tag || set->tag[2] == tag || set->tag[3] == tag)
		return true;
	set->tag[3] = set->tag[2];
	set->tag[2] = set->tag[1];
	set->tag[1] = set->tag[0];
	set->tag[0] = tag;
	return false;
}

static __always_inline int arrived_at_listener(struct __sk_buff *skb)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(skb->sk);
	struct ng_listener_value *group;
	struct ng_listener_key key;
	const struct tcp_start *tcp;
	struct tcp_start copy;
	struct ip_packet packet;
	const struct sock *sk;

	if (!tp) /* MPTCP's own listener: its subflows are TCP sockets of their own */
		return 1;
	tcp = parse_ip(skb, &packet) ? header_at(skb, packet.transport, sizeof(copy), &copy) : 0;
	if (!tcp) {
		count_lost(NG_LOST_SHORT_PACKET);
		return 1;
	}
	sk = &tp->inet_conn.icsk_inet.sk;
	listener_key(&key, sk, sk->__sk_common.skc_num);
	group = listener_get(&key, sk);
	if (!group)
		return 1;
	switch (tcp->flags & (TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK | TCP_PSH | TCP_URG)) {
	case TCP_SYN:
		if (seen_before(&key, &packet.source, tcp))
			__sync_fetch_and_add(&group->syn_retrans, 1);
		else
			listener_syn(&key, group, tp, &packet.source);
		if (ng_payload_on && tp->inet_conn.icsk_accept_queue.fastopenq.max_qlen > 0) /* payload may come with a SYN (RFC 7413) */
			sample_at_listener(skb, tp, &packet);
		break;
	case TCP_ACK:
	case TCP_ACK | TCP_PSH: /* data may come with the handshake's last ACK */
	case TCP_ACK | TCP_PSH | TCP_FIN:
	case TCP_ACK | TCP_FIN:
		__sync_fetch_and_add(&group->acks, 1);
		if (ng_payload_on)
			sample_at_listener(skb, tp, &packet);
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
