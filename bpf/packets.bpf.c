// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One program a direction at the root cgroup: TCP leaves at once, but for the first payload of each connection, which is
 * sampled; SYNs are counted at LISTEN, the rest per cgroup and conversation.
 */
#include <netguard/kernel.h>
#include <netguard/event.h>
#include <netguard/packet_syn.h>
#include <netguard/packet_count.h>
#include <netguard/payload_segment.h>

/* A raw socket that sends TCP is no TCP socket; its segments are counted with the rest, under protocol 6. */
static __always_inline int packet(struct __sk_buff *skb, bool ingress)
{
	struct bpf_sock *sk = skb->sk;
	struct bpf_tcp_sock *tcp;

	if (!sk)
		return count_packet(skb, ingress);
	if (sk->state == TCP_LISTEN)
		return ingress ? arrived_at_listener(skb) : 1;
	tcp = bpf_tcp_sock(sk);
	if (tcp) {
		if (ng_payload_on)
			segment_passes(skb, tcp, ingress);
		return 1;
	}
	return count_packet(skb, ingress);
}

SEC("cgroup_skb/ingress")
int ng_packet_in(struct __sk_buff *skb)
{
	return packet(skb, true);
}

SEC("cgroup_skb/egress")
int ng_packet_out(struct __sk_buff *skb)
{
	return packet(skb, false);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
