// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* TCP: one record a connection, no work per packet. The kernel's own per-socket counters are read at close and by iterator. */
#include <netguard/kernel.h>
#include <netguard/event.h>
#include <netguard/socket_life.h>
#include <netguard/socket_live.h>
#include <netguard/socket_seed.h>

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(ng_tcp_state, struct sock *sk, int from, int to)
{
	return tcp_state_changed(sk, from, to);
}

/* A tracing program is skipped when it interrupts itself: here is the second chance to report the close. */
SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(ng_tcp_destroy, struct sock *sk)
{
	return tcp_destroyed(sk);
}

/* Run by user space once a tick: appends every socket that moved to ng_live, or to ng_live_new the first time. */
SEC("iter/bpf_sk_storage_map")
int ng_tcp_live(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	return visit(ctx->sk, ctx->value);
}

/* Run once at start: sockets that were open before, with their owner. Sees the PID namespace it runs in. */
SEC("iter/task_file")
int ng_tcp_seed(struct bpf_iter__task_file *ctx)
{
	return seed_from_file(ctx->task, ctx->file);
}

/* Attached for the first minutes only: sockets whose owner is in no PID namespace of ours show themselves by their packets. */
SEC("cgroup_skb/ingress")
int ng_tcp_seed_in(struct __sk_buff *skb)
{
	return seed_from_packet(skb);
}

SEC("cgroup_skb/egress")
int ng_tcp_seed_out(struct __sk_buff *skb)
{
	return seed_from_packet(skb);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
