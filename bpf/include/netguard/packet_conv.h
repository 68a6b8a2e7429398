/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Conversations of what is not TCP, as far as there is room: a table a family, as an IPv4 key is half as long. */
#ifndef NETGUARD_PACKET_CONV_H
#define NETGUARD_PACKET_CONV_H

#include "packet.h"
#include "packet_total.h"

/*
 * Key: one conversation of one cgroup over IPv4. Inserted by its first packet; read by differences and deleted by user space
 * after 30 s without one (a batch of look-up-and-delete loses packets). Full, or more than a cgroup's share of it (ng_conv_quota4):
 * counted in the totals' overflow and as NG_LOST_CONV_MAP.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 49152);
	__type(key, struct ng_conv4_key);
	__type(value, struct ng_conv_value);
} ng_convs4 SEC(".maps");

/* The same over IPv6. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct ng_conv_key);
	__type(value, struct ng_conv_value);
} ng_convs6 SEC(".maps");

#define E2BIG 7
#define FULL_PAUSE_NS 100000000ULL

/* While a table is full no insertion is tried for a while: one that fails costs more than all else here. */
static __u64 convs4_full_until_ns;
static __u64 convs6_full_until_ns;

struct conversation_key {
	bool v6;
	union {
		struct ng_conv4_key conv4;
		struct ng_conv_key conv6;
	};
};

struct port_pair {
	__u16 local;
	__u16 remote;
};

static __always_inline struct port_pair conversation_ports(struct __sk_buff *skb, const struct ip_packet *packet, bool ingress)
{
	struct port_pair ports = {};
	__be16 copy[2];
	const __be16 *port;

	if (packet->fragment)
		return ports;
	port = header_at(skb, packet->transport, sizeof(copy), copy);
	if (!port)
		return ports;
	if (packet->protocol == IPPROTO_ICMP || packet->protocol == IPPROTO_ICMPV6) {
		ports.local = bpf_ntohs(port[0]) >> 8;
		ports.remote = bpf_ntohs(port[0]) & 0xff;
	} else if (packet->protocol == IPPROTO_UDP || packet->protocol == IPPROTO_SCTP) {
		ports.local = bpf_ntohs(ingress ? port[1] : port[0]);
		ports.remote = bpf_ntohs(ingress ? port[0] : port[1]);
	}
	return ports;
}

static __always_inline __u32 v4_of(const struct ng_addr *address)
{
	return ((const __u32 *)address)[3];
}

/* Of a packet of the cgroup, protocol and interface that `of` names. */
static __always_inline void conversation_key(struct __sk_buff *skb, const struct ip_packet *packet, bool ingress,
					     const struct ng_total_key *of, struct conversation_key *key)
{
	const struct ng_addr *local = ingress ? &packet->destination : &packet->source;
	const struct ng_addr *remote = ingress ? &packet->source : &packet->destination;
	struct port_pair ports = conversation_ports(skb, packet, ingress);
	bool forged = of->protocol == IPPROTO_TCP; /* raw senders forge sources: one conversation a target, not one a packet */

	key->v6 = skb->protocol != bpf_htons(ETH_P_IP);
	if (key->v6) {
		struct ng_conv_key *conv = &key->conv6;

		__builtin_memset(conv, 0, sizeof(*conv));
		conv->cgroup_id = of->cgroup_id;
		conv->protocol = of->protocol;
		conv->loopback = of->loopback;
		if (!forged || ingress)
			conv->laddr = *local;
		if (!forged || !ingress)
			conv->raddr = *remote;
		conv->lport = ports.local;
		conv->rport = ports.remote;
	} else {
		struct ng_conv4_key *conv = &key->conv4;

		__builtin_memset(conv, 0, sizeof(*conv));
		conv->cgroup_id = of->cgroup_id;
		conv->protocol = of->protocol;
		conv->loopback = of->loopback;
		conv->laddr = forged && !ingress ? 0 : v4_of(local);
		conv->raddr = forged && ingress ? 0 : v4_of(remote);
		conv->lport = ports.local;
		conv->rport = ports.remote;
	}
}

static __always_inline struct ng_conv_value *conversation_find(const struct conversation_key *key)
{
	if (key->v6)
		return bpf_map_lookup_elem(&ng_convs6, &key->conv6);
	return bpf_map_lookup_elem(&ng_convs4, &key->conv4);
}

/* Null when the table is full or the total, which is in `slot`, has had its share of it. */
static __always_inline struct ng_conv_value *conversation_make(const struct conversation_key *key, bool ingress,
							       struct ng_total_value *total, __u32 slot)
{
	struct ng_conv_value fresh = { .first_ns = bpf_ktime_get_coarse_ns(), .slot = slot, .opener = ingress ? 2 : 1 };
	__u64 *full_until_ns = key->v6 ? &convs6_full_until_ns : &convs4_full_until_ns;
	__u32 *room = key->v6 ? &total->room6 : &total->room4;
	long error;

	if (!*room || fresh.first_ns < *full_until_ns)
		return 0;
	--*room; /* roughly: user space counts what is there each second */
	if (key->v6)
		error = bpf_map_update_elem(&ng_convs6, &key->conv6, &fresh, BPF_NOEXIST);
	else
		error = bpf_map_update_elem(&ng_convs4, &key->conv4, &fresh, BPF_NOEXIST);
	if (error == -E2BIG)
		*full_until_ns = fresh.first_ns + FULL_PAUSE_NS;
	return conversation_find(key);
}

#endif
