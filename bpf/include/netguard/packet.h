/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Network header of a packet at a cgroup hook, where data begins with it. */
#ifndef NETGUARD_PACKET_H
#define NETGUARD_PACKET_H

#include "address.h"
#include "loss.h"

struct ip_packet {
	struct ng_addr source;
	struct ng_addr destination;
	__u32 transport; /* offset of the transport header */
	__u8 protocol;
	__u8 fragment;   /* not the first fragment: there is no transport header */
};

struct ipv4_header {
	__u8 version_length;
	__u8 tos;
	__be16 total_length;
	__be16 id;
	__be16 fragment;
	__u8 ttl;
	__u8 protocol;
	__u16 checksum;
	__be32 source;
	__be32 destination;
};

struct ipv6_header {
	__u8 version_flow[4];
	__be16 payload_length;
	__u8 next;
	__u8 hops;
	struct in6_addr source;
	struct in6_addr destination;
};

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

#define MAX_EXTENSIONS 6
#define MAX_TRANSPORT 1024 /* the verifier wants a bound; headers further on, behind many extensions, are copied */

/* Headers in place where they are linear (nearly always), else copied: the helper call costs as much as a look-up. */
static __always_inline const void *header_at(struct __sk_buff *skb, __u32 offset, __u32 size, void *copy)
{
	const void *start = (const void *)(long)skb->data;

	if (offset <= MAX_TRANSPORT && start + offset + size <= (const void *)(long)skb->data_end)
		return start + offset;
	return bpf_skb_load_bytes(skb, offset, copy, size) ? 0 : copy;
}

/* Hop-by-hop, routing, destination options, fragment and authentication headers stand before the transport (RFC 8200). */
static __always_inline bool skip_extensions(struct __sk_buff *skb, struct ip_packet *packet)
{
#pragma unroll
	for (int i = 0; i < MAX_EXTENSIONS; i++) {
		__u8 head[4];
		__u8 next = packet->protocol;

		if (next != 0 && next != 43 && next != 44 && next != 60 && next != 51)
			return true;
		if (bpf_skb_load_bytes(skb, packet->transport, head, sizeof(head)))
			return false;
		packet->protocol = head[0];
		if (next == 44) {
			packet->fragment = head[2] || (head[3] & 0xf8);
			packet->transport += 8;
			if (packet->fragment)
				return true;
		} else {
			packet->transport += next == 51 ? (head[1] + 2) * 4 : (head[1] + 1) * 8;
		}
	}
	return true;
}

static __always_inline bool parse_ip(struct __sk_buff *skb, struct ip_packet *packet)
{
	packet->fragment = 0;
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		struct ipv4_header copy;
		const struct ipv4_header *ip = header_at(skb, 0, sizeof(copy), &copy);

		if (!ip)
			return false;
		address_from_v4(&packet->source, ip->source);
		address_from_v4(&packet->destination, ip->destination);
		packet->protocol = ip->protocol;
		packet->transport = (ip->version_length & 0xf) * 4;
		packet->fragment = (ip->fragment & bpf_htons(0x1fff)) != 0;
		return true;
	}
	if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		struct ipv6_header copy;
		const struct ipv6_header *ip = header_at(skb, 0, sizeof(copy), &copy);

		if (!ip)
			return false;
		__builtin_memcpy(&packet->source, &ip->source, 16);
		__builtin_memcpy(&packet->destination, &ip->destination, 16);
		packet->protocol = ip->next;
		packet->transport = sizeof(*ip);
		return skip_extensions(skb, packet);
	}
	return false;
}

#endif
