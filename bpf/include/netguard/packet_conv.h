/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Conversations of what is not TCP, as far as there is room: a table a family, as an IPv4 key is half as long. */
#ifndef NETGUARD_PACKET_CONV_H
#define NETGUARD_PACKET_CONV_H

#include "packet.h"
#include "packet_asked.h"
#include "packet_total.h"
#include "payload.h"

/*
 * Key: one conversation of one cgroup over IPv4. Inserted by its first packet; read by differences and deleted by user space
 * after 30 s without one (a batch of look-up-and-delete loses packets). Full, or more than a total's share of it (ng_conv_quota4):
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

/* So long after a table was full, or the first conversation began, replies come whose request is in no conversation. */
#define UNTOLD_NS 30000000000ULL

static __u64 first_conversation_ns;

/*
 * Whether what leaves may be the reply to a request that found no room, whose conversation was ended early, or that came
 * before the attach. Only then does it count that its cgroup was asked at its port, as a scanner can have itself asked at its own.
 */
static __always_inline bool may_be_reply(__u64 now, __u64 full_until, __u32 room, __u32 quota)
{
	if (!first_conversation_ns)
		first_conversation_ns = now;
	return room <= quota / 2 || now < full_until + UNTOLD_NS || now < first_conversation_ns + UNTOLD_NS;
}

struct port_pair {
	__u16 local;
	__u16 remote;
};

/* `of` becomes that of cgroup 0 where its own has no total. Null: the table is full, or the total has had its share of it. */
static __always_inline struct ng_conv_value *conversation_make(void *table, const void *key, bool ingress, struct port_pair ports,
							       __u64 *full_until_ns, struct ng_total_key *of)
{
	struct ng_conv_value fresh = { .first_ns = bpf_ktime_get_coarse_ns(), .opener = ingress ? 2 : 1 };
	struct ng_total_value *total;
	__u32 asked = asked_hash(of, ports.local); /* before `of` may become another */
	__u32 *room, quota;

	if (ingress)
		asked_note(asked);
	if (fresh.first_ns < *full_until_ns)
		return 0;
	total = total_guess(of, &fresh.slot);
	if (!total)
		return 0;
	room = table == &ng_convs4 ? &total->room4 : &total->room6;
	quota = table == &ng_convs4 ? ng_conv_quota4 : ng_conv_quota6;
	if (*room <= (ingress ? quota >> 3 : 0)) /* the last eighth is for what begins here: what comes in cannot keep it from asking */
		return 0;
	if (!ingress && may_be_reply(fresh.first_ns, *full_until_ns, *room, quota) && was_asked(asked))
		fresh.opener = 2;
	if (ng_payload_on && of->protocol == IPPROTO_UDP)
		fresh.sampled = datagrams_sampled(port_flags(ports.local) | port_flags(ports.remote));
	--*room; /* roughly: user space counts what is there each second */
	if (bpf_map_update_elem(table, key, &fresh, BPF_NOEXIST) == -E2BIG)
		*full_until_ns = fresh.first_ns + FULL_PAUSE_NS;
	return bpf_map_lookup_elem(table, key);
}

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

/* Of a packet of the cgroup, protocol and interface that `of` names. Null when there is no room for another. */
static __always_inline struct ng_conv_value *conversation_get(struct __sk_buff *skb, const struct ip_packet *packet, bool ingress,
							      struct ng_total_key *of)
{
	const struct ng_addr *local = ingress ? &packet->destination : &packet->source;
	const struct ng_addr *remote = ingress ? &packet->source : &packet->destination;
	struct port_pair ports = conversation_ports(skb, packet, ingress);
	struct ng_conv_value *conversation;
	bool forged = of->protocol == IPPROTO_TCP; /* raw senders forge sources: one conversation a target, not one a packet */

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		struct ng_conv4_key key = { .cgroup_id = of->cgroup_id, .protocol = of->protocol, .loopback = of->loopback };

		key.laddr = forged && !ingress ? 0 : v4_of(local);
		key.raddr = forged && ingress ? 0 : v4_of(remote);
		key.lport = ports.local;
		key.rport = ports.remote;
		conversation = bpf_map_lookup_elem(&ng_convs4, &key);
		return conversation ?: conversation_make(&ng_convs4, &key, ingress, ports, &convs4_full_until_ns, of);
	} else {
		struct ng_conv_key key = { .cgroup_id = of->cgroup_id, .protocol = of->protocol, .loopback = of->loopback };

		if (!forged || ingress)
			key.laddr = *local;
		if (!forged || !ingress)
			key.raddr = *remote;
		key.lport = ports.local;
		key.rport = ports.remote;
		conversation = bpf_map_lookup_elem(&ng_convs6, &key);
		return conversation ?: conversation_make(&ng_convs6, &key, ingress, ports, &convs6_full_until_ns, of);
	}
}

#endif
