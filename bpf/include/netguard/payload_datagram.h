/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* UDP: the first two datagrams each way of each conversation, and every DNS message. */
#ifndef NETGUARD_PAYLOAD_DATAGRAM_H
#define NETGUARD_PAYLOAD_DATAGRAM_H

#include "packet_conv.h"
#include "payload_sample.h"

#define UDP_HEADER 8

/* A conversation that found no room says nothing: its DNS messages are sampled all the same. */
static __always_inline bool is_sampled(const struct ng_conv_value *conversation, bool ingress)
{
	return !conversation || (ingress ? conversation->rx_packets : conversation->tx_packets) < conversation->sampled;
}

static __noinline int sample_datagram(struct __sk_buff *skb, struct ip_packet *packet, struct ng_conv_value *conversation,
				      bool ingress)
{
	struct ng_payload_event head = {};
	struct port_pair ports;
	__u8 flags;

	if (!packet || packet->protocol != IPPROTO_UDP || packet->fragment)
		return 0;
	ports = conversation_ports(skb, packet, ingress);
	flags = port_flags(ports.local) | port_flags(ports.remote);
	if (flags & NG_PORT_OFF || (!conversation && !(flags & NG_PORT_DNS)) || skb->len <= packet->transport + UDP_HEADER)
		return 0;
	head.protocol = IPPROTO_UDP;
	head.role = conversation && conversation->opener == 1 ? NG_ROLE_CLIENT :
		    conversation && conversation->opener == 2 ? NG_ROLE_SERVER : NG_ROLE_UNKNOWN;
	head.cgroup_id = bpf_skb_cgroup_id(skb);
	head.lport = ports.local;
	head.rport = ports.remote;
	head.laddr = ingress ? packet->destination : packet->source;
	head.raddr = ingress ? packet->source : packet->destination;
	head.sent = !ingress;
	head.wire_bytes = skb->len - packet->transport - UDP_HEADER;
	return take_sample(skb, &head, packet->transport + UDP_HEADER, SAMPLED_PACKETS);
}

#endif
