/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Listener groups: what arrives at an open port and what becomes of it. */
#ifndef NETGUARD_LISTENER_H
#define NETGUARD_LISTENER_H

#include "address.h"
#include "limits.h"
#include "loss.h"
#include "ring.h"
#include "syn_rate.h"

/*
 * Key: (network namespace, address, port). Inserted at listen(), by seeding or by the first SYN; deleted by user space
 * when no socket of the group was seen for a minute. Full: counted as NG_LOST_LISTENER_MAP, the port is not watched.
 * Shared by sockets (completions, sums) and packets (SYNs).
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct ng_listener_key);
	__type(value, struct ng_listener_value);
} ng_listeners SEC(".maps");

/* A zeroed value to insert from: the struct is too large for the stack. */
static const struct ng_listener_value new_listener;

/* True when the listener is bound to any address. */
static __always_inline bool listener_key(struct ng_listener_key *key, const struct sock *sk, __u16 port)
{
	key->netns = sk->__sk_common.skc_net.net->ns.inum;
	key->port = port;
	key->pad0 = 0;
	local_address(&key->addr, sk);
	return fold_wildcard(&key->addr);
}

static __always_inline struct ng_listener_value *listener_get(const struct ng_listener_key *key, const struct sock *sk)
{
	struct ng_listener_value *group = bpf_map_lookup_elem(&ng_listeners, key);

	if (group)
		return group;
	bpf_map_update_elem(&ng_listeners, key, &new_listener, BPF_NOEXIST);
	group = bpf_map_lookup_elem(&ng_listeners, key);
	if (!group) {
		count_lost(NG_LOST_LISTENER_MAP);
		return 0;
	}
	if (!group->cgroup_id)
		group->cgroup_id = sk->sk_cgrp_data.cgroup->kn->id;
	return group;
}

/* HyperLogLog with 64 registers (Flajolet et al. 2007): standard error 13 %. */
static __always_inline void count_source(struct ng_listener_value *group, const struct ng_addr *source)
{
	__u64 hash = address_hash(source, 0x1f83d9abfb41bd6bULL);
	__u32 index = hash & (NG_HLL_REGISTERS - 1);
	__u32 rank = 1;

	hash >>= 6;
	/* Count trailing zeros in five steps; 2^32 sources a second are out of reach. */
	if (!(hash & 0xffff)) {
		rank += 16;
		hash >>= 16;
	}
	if (!(hash & 0xff)) {
		rank += 8;
		hash >>= 8;
	}
	if (!(hash & 0xf)) {
		rank += 4;
		hash >>= 4;
	}
	if (!(hash & 3)) {
		rank += 2;
		hash >>= 2;
	}
	if (!(hash & 1))
		rank += 1;
	if (group->hll[index] < rank)
		group->hll[index] = rank;
}

static __always_inline void new_window(struct ng_listener_value *group, __u64 now_ns, const struct ng_limits *limit)
{
	group->window_ns = now_ns;
	group->window_syns = 0;
	group->window_fire = limit->listener_syns;
#pragma unroll
	for (int i = 0; i < NG_HLL_REGISTERS / 8; i++)
		((__u64 *)group->hll)[i] = 0;
}

static __always_inline void raise_listener(const struct ng_listener_key *key, const struct ng_listener_value *group,
					   const struct tcp_sock *tp, __u32 window_syns)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;
	struct ng_listener_event *event = bpf_ringbuf_reserve(&ng_events, sizeof(*event), 0);

	if (!event) {
		count_lost(NG_LOST_LISTENER_RING);
		return;
	}
	event->kind = NG_EVENT_LISTENER;
	event->window_syns = window_syns;
	event->now_ns = bpf_ktime_get_boot_ns();
	event->key = *key;
	bpf_probe_read_kernel(&event->value, sizeof(event->value), group);
	event->value.half_open = tp->inet_conn.icsk_accept_queue.qlen.counter;
	event->value.accept_queue = sk->sk_ack_backlog;
	event->value.backlog = sk->sk_max_ack_backlog;
	bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
}

static __always_inline void raise_source(const struct ng_listener_key *key, const struct ng_listener_value *group,
					 const struct ng_addr *source, const struct ng_limits *limit, __u32 completed)
{
	struct ng_syn_source_event *event = bpf_ringbuf_reserve(&ng_events, sizeof(*event), 0);

	if (!event) {
		count_lost(NG_LOST_LISTENER_RING);
		return;
	}
	event->kind = NG_EVENT_SYN_SOURCE;
	event->window_ms = limit->window_ms;
	event->now_ns = bpf_ktime_get_boot_ns();
	event->cgroup_id = group->cgroup_id;
	event->key = *key;
	event->source = *source;
	event->syns = limit->source_syns;
	event->completed = completed;
	bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
}

/* A first SYN has arrived at an open port. */
static __always_inline void listener_syn(const struct ng_listener_key *key, struct ng_listener_value *group,
					 const struct tcp_sock *tp, const struct ng_addr *source)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;
	struct ng_limits *limit = limits();
	__u64 now_ns = bpf_ktime_get_coarse_ns();
	__u64 nth = __sync_fetch_and_add(&group->syns, 1);
	__u32 window_syns, completed = 0;

	if (group->sockets <= 1) { /* one socket: as fresh as its last SYN; several: the iterator sums them */
		group->half_open = tp->inet_conn.icsk_accept_queue.qlen.counter;
		group->accept_queue = sk->sk_ack_backlog;
		group->backlog = sk->sk_max_ack_backlog;
	}
	if (sk->sk_ack_backlog > sk->sk_max_ack_backlog)
		__sync_fetch_and_add(&group->queue_full, 1);
	if (!limit || !limit->window_ms)
		return;
	if (now_ns - group->window_ns >= limit->window_ms * 1000000ULL)
		new_window(group, now_ns, limit);
	count_source(group, source);
	group->sample[nth & (NG_SAMPLES - 1)] = *source;
	window_syns = __sync_fetch_and_add(&group->window_syns, 1) + 1;
	if (window_syns == group->window_fire) {
		group->window_fire = window_syns * 2;
		raise_listener(key, group, tp, window_syns);
	}
	if (rate_syn(source, key, now_ns, limit, &completed))
		raise_source(key, group, source, limit, completed);
}

#endif
