// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Every packet the kernel drops, by reason. Exactly one of the two programs is loaded: newer kernels also tell the socket. */
#include <netguard/kernel.h>
#include <netguard/event.h>
#include <netguard/probe.h>

SEC("tp_btf/kfree_skb")
int BPF_PROG(ng_drop, struct sk_buff *skb, void *location, int reason)
{
	return packet_dropped(skb, reason, 0);
}

SEC("tp_btf/kfree_skb")
int BPF_PROG(ng_drop_sk, struct sk_buff *skb, void *location, int reason, struct sock *sk)
{
	return packet_dropped(skb, reason, sk);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
