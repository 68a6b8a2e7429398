// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs that do nothing at the hooks NetGuard uses: what the hook and its measurement cost. */
#include <netguard/kernel.h>

SEC("cgroup_skb/ingress")
int empty_in(struct __sk_buff *skb)
{
	return 1;
}

SEC("cgroup_skb/egress")
int empty_out(struct __sk_buff *skb)
{
	return 1;
}

SEC("tp_btf/kfree_skb")
int BPF_PROG(empty_drop)
{
	return 0;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(empty_state)
{
	return 0;
}

SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(empty_destroy)
{
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
