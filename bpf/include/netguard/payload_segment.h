/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* TCP: the first two segments each way of each connection, of DNS the first ones. */
#ifndef NETGUARD_PAYLOAD_SEGMENT_H
#define NETGUARD_PAYLOAD_SEGMENT_H

#include "payload_sample.h"
#include "socket.h"

/* With more segments of payload behind it a direction is past its beginning. What a DNS message may be behind. */
#define BEGINNING_SEGMENTS 32

struct tcp_payload {
	__u32 at;
	__u32 bytes;
	__u32 sequence;
};

/* Payload of a segment whose header begins at `transport`; false when it has none. */
static __always_inline bool payload_behind(struct __sk_buff *skb, __u32 transport, struct tcp_payload *payload)
{
	struct tcp_start copy;
	const struct tcp_start *tcp = header_at(skb, transport, sizeof(copy), &copy);

	if (!tcp)
		return false;
	payload->at = transport + (tcp->offset >> 4) * 4;
	if (skb->len <= payload->at)
		return false;
	payload->bytes = skb->len - payload->at;
	payload->sequence = bpf_ntohl(tcp->sequence) + ((tcp->flags & TCP_SYN) != 0);
	return true;
}

/* Headers that are not linear, and IPv6 with extensions. */
static __noinline bool find_payload_far(struct __sk_buff *skb, struct tcp_payload *payload)
{
	struct ip_packet packet;

	return payload && parse_ip(skb, &packet) && !packet.fragment && payload_behind(skb, packet.transport, payload);
}

/* A direction that sends nothing has bare ACKs, which all come here: their addresses are not looked at. */
static __always_inline bool find_payload(struct __sk_buff *skb, struct tcp_payload *payload)
{
	const __u8 *start = (const void *)(long)skb->data;
	const __u8 *end = (const void *)(long)skb->data_end;

	if (skb->protocol == bpf_htons(ETH_P_IP) && start + 20 <= end)
		return payload_behind(skb, (start[0] & 0xf) * 4, payload);
	if (skb->protocol == bpf_htons(ETH_P_IPV6) && start + 40 <= end && start[6] == IPPROTO_TCP)
		return payload_behind(skb, 40, payload);
	return find_payload_far(skb, payload);
}

/* A direction with more segments behind it, all of them bare so far, is looked at only where a segment is longer than a bare one. */
#define BARE_SEGMENTS 64
/* IPv6, and TCP with time stamps and two blocks of SACK, fit. */
#define BARE_BYTES 100

/* The early exit of a connection that is past its beginning. An offload batch of the first segments may be large. */
static __always_inline bool is_beginning(const struct __sk_buff *skb, const struct bpf_tcp_sock *tcp, bool ingress)
{
	if ((ingress ? tcp->data_segs_in : tcp->data_segs_out) > BEGINNING_SEGMENTS)
		return false;
	return (ingress ? tcp->segs_in : tcp->segs_out) <= BARE_SEGMENTS || skb->len > BARE_BYTES;
}

static __always_inline void tcp_identity(struct ng_payload_event *head, const struct tcp_sock *tp)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;

	head->protocol = IPPROTO_TCP;
	head->cgroup_id = sk->sk_cgrp_data.cgroup->kn->id;
	head->netns = sk->__sk_common.skc_net.net->ns.inum;
	head->lport = bpf_ntohs(tp->inet_conn.icsk_inet.inet_sport);
	head->rport = bpf_ntohs(sk->__sk_common.skc_dport);
	local_address(&head->laddr, sk);
	remote_address(&head->raddr, sk);
}

/* Of the server's port where it is known which end that is. */
static __always_inline __u8 service_flags(const struct ng_payload_event *head)
{
	__u8 flags = 0;

	if (head->role != NG_ROLE_CLIENT)
		flags |= port_flags(head->lport);
	if (head->role != NG_ROLE_SERVER)
		flags |= port_flags(head->rport);
	return flags;
}

static __always_inline void sampled_out(struct ng_sk *own, __u32 seen, __u32 to)
{
	own->sampled_out = seen > 255 ? 255 : seen;
	own->sampled_to = to > 65535 ? 65535 : to;
}

/*
 * Of a connection that has a socket. What was sent again is left out: at arrival it ends where the next byte is expected, as it
 * leaves it begins before the next one that was never sent (snd_nxt advances behind this hook).
 */
static __noinline int sample_segment(struct __sk_buff *skb, struct bpf_tcp_sock *tcp, const struct tcp_payload *payload,
				     bool ingress)
{
	__u32 segments = skb->gso_segs ? skb->gso_segs : 1, most = SAMPLED_PACKETS, seen;
	struct ng_payload_event head = {};
	struct tcp_sock *tp;
	struct ng_sk *own;
	__u8 flags;

	if (!tcp || !payload)
		return 0;
	own = bpf_sk_storage_get(&ng_sk, tcp, 0, 0);
	if (!own)
		return 0;
	head.role = own->role == NG_ROLE_LISTENER ? NG_ROLE_SERVER : own->role; /* a child whose handshake is not finished */
	if (ingress) {
		if (!tcp->rcv_nxt || (__s32)(payload->sequence + payload->bytes - tcp->rcv_nxt) <= 0)
			return 0;
		head.offset = payload->sequence - (tcp->rcv_nxt - (__u32)tcp->bytes_received);
	} else {
		if ((__s32)(payload->sequence - tcp->snd_nxt) < 0)
			return 0;
		/* bytes_acked has the SYN of who opened the connection in it. */
		head.offset = payload->sequence - (tcp->snd_una - (__u32)tcp->bytes_acked + (head.role == NG_ROLE_CLIENT));
		if (head.offset < own->sampled_to) /* the link did not take it the first time, so snd_nxt did not advance */
			return 0;
	}
	tp = bpf_skc_to_tcp_sock(tcp);
	if (!tp)
		return 0;
	tcp_identity(&head, tp);
	flags = service_flags(&head);
	seen = ingress ? own->sampled_in : own->sampled_out;
	if (flags & NG_PORT_DNS)
		most = BEGINNING_SEGMENTS;
	if (seen >= most && head.offset) /* the very first is wanted also when others overtook it */
		return 0;
	if (!seen && head.offset && own->flags & NG_SOCK_SEEDED) /* in the middle of an older one */
		return 0;
	if (ingress)
		own->sampled_in = seen + segments > 255 ? 255 : seen + segments;
	else
		sampled_out(own, seen + segments, head.offset + payload->bytes);
	if (flags & NG_PORT_OFF)
		return 0;
	head.cookie = bpf_get_socket_cookie(skb);
	head.generation = own->role == NG_ROLE_LISTENER ? 0 : own->generation;
	head.sent = !ingress;
	head.wire_bytes = payload->bytes;
	return take_sample(skb, &head, payload->at, seen < most ? most - seen : 1);
}

/* Of a connection; past its beginning this is all that it pays. */
static __always_inline void segment_passes(struct __sk_buff *skb, struct bpf_tcp_sock *tcp, bool ingress)
{
	struct tcp_payload payload;

	if (is_beginning(skb, tcp, ingress) && find_payload(skb, &payload))
		sample_segment(skb, tcp, &payload, ingress);
}

/* Payload that arrives with the handshake's last ACK (or its SYN) meets the listener: there is no other socket yet. */
static __noinline int sample_at_listener(struct __sk_buff *skb, struct tcp_sock *tp, const struct ip_packet *packet)
{
	struct ng_payload_event head = {};
	struct tcp_payload payload;
	__be16 port = 0;

	if (!tp || !packet || !payload_behind(skb, packet->transport, &payload))
		return 0;
	tcp_identity(&head, tp);
	if (port_flags(head.lport) & NG_PORT_OFF || bpf_skb_load_bytes(skb, packet->transport, &port, sizeof(port)))
		return 0;
	head.role = NG_ROLE_SERVER;
	head.rport = bpf_ntohs(port);
	head.laddr = packet->destination;
	head.raddr = packet->source;
	head.wire_bytes = payload.bytes;
	return take_sample(skb, &head, payload.at, SAMPLED_PACKETS);
}

#endif
