/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Live sockets: the iterator stores those that moved into an array that user space has mapped. */
#ifndef NETGUARD_SOCKET_LIVE_H
#define NETGUARD_SOCKET_LIVE_H

#include "listener.h"
#include "socket.h"

/* One entry, mapped by user space, which zeroes it and sets `pass` before each pass. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ng_live_header);
} ng_live_header SEC(".maps");

/* Key: position in this pass. Full: counted in the header; those sockets stay marked as moved and come in the next pass. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, struct ng_sock_record);
} ng_live SEC(".maps");

/* Half-open, accept queue and backlog of a group are sums over its reuseport sockets, made anew in each pass. */
static __always_inline void sum_listener(const struct sock *sk, const struct tcp_sock *tp, __u32 pass)
{
	struct ng_listener_value *group;
	struct ng_listener_key key;

	listener_key(&key, sk, sk->__sk_common.skc_num);
	group = listener_get(&key, sk);
	if (!group)
		return;
	if (group->pass != pass) {
		group->pass = pass;
		group->half_open = 0;
		group->accept_queue = 0;
		group->backlog = 0;
		group->sockets = 0;
	}
	group->half_open += tp->inet_conn.icsk_accept_queue.qlen.counter;
	group->accept_queue += sk->sk_ack_backlog;
	group->backlog += sk->sk_max_ack_backlog;
	group->sockets++;
}

static __always_inline int store_if_moved(struct sock *sk, struct ng_sk *own)
{
	struct ng_live_header *header;
	struct ng_sock_record *record;
	struct ng_sk_base *base;
	struct tcp_sock *tp;
	__u32 zero = 0, index, in, out;
	int state;

	if (!sk || !own)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	header = bpf_map_lookup_elem(&ng_live_header, &zero);
	if (!tp || !header)
		return 0;
	header->seen++;
	state = sk->__sk_common.skc_state;
	if (state == TCP_LISTEN) {
		sum_listener(sk, tp, header->pass);
		return 0;
	}
	in = tp->segs_in;
	out = tp->segs_out;
	if (state == TCP_CLOSE || own->flags & NG_SOCK_REPORTED || (in == own->last_in && out == own->last_out))
		return 0;
	index = header->count;
	record = bpf_map_lookup_elem(&ng_live, &index);
	if (!record) {
		header->overflow++;
		return 0;
	}
	fill_record(record, tp, state);
	record->cookie = bpf_get_socket_cookie(sk);
	fill_identity(record, own);
	if (own->flags & NG_SOCK_SEEDED) {
		base = bpf_sk_storage_get(&ng_sk_base, sk, 0, 0);
		if (base)
			subtract_base(record, base);
	}
	header->count = index + 1;
	own->last_in = in; /* only now: a record that found no room must come again */
	own->last_out = out;
	return 0;
}

#endif
