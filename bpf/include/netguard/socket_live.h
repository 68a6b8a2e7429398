/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Live sockets: the iterator stores those that moved into an array that user space has mapped. */
#ifndef NETGUARD_SOCKET_LIVE_H
#define NETGUARD_SOCKET_LIVE_H

#include "listener.h"
#include "socket.h"

/* One entry, mapped by user space, which prepares it before each pass. */
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
	__uint(max_entries, 131072);
	__type(key, __u32);
	__type(value, struct ng_live_record);
} ng_live SEC(".maps");

/* Likewise, for sockets that user space does not know yet. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct ng_live_new);
} ng_live_new SEC(".maps");

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

/* What moves, of a socket that user space knows. */
static __always_inline bool store_again(struct ng_live_header *header, struct sock *sk, const struct tcp_sock *tp,
					const struct ng_sk *own, int state)
{
	__u32 index = header->count;
	struct ng_live_record *record = bpf_map_lookup_elem(&ng_live, &index);

	if (!record) {
		header->overflow++;
		return false;
	}
	record->cookie = sk->__sk_common.skc_cookie.counter; /* made when the full record was */
	record->rx_bytes = payload_received(tp);
	record->tx_bytes = payload_sent(tp);
	record->rx_segs = tp->segs_in;
	record->tx_segs = tp->segs_out;
	record->retrans_segs = tp->total_retrans;
	record->unacked_bytes = unacknowledged(tp, state);
	record->srtt_us = tp->srtt_us >> 3;
	record->generation = own->generation;
	header->count = index + 1;
	return true;
}

/* All of it: the first time, and as long as the handshake is not finished. */
static __always_inline bool store_full(struct ng_live_header *header, struct sock *sk, const struct tcp_sock *tp,
				       const struct ng_sk *own, int state)
{
	bool is_new = !own->sweep;
	__u32 index = header->count_new;
	struct ng_live_new *slot = bpf_map_lookup_elem(&ng_live_new, &index);
	struct ng_sock_record *record;
	struct ng_sock_base *base = 0;

	if (!slot || (is_new && !header->room)) {
		if (is_new)
			header->overflow_new++;
		else
			header->overflow++;
		return false;
	}
	record = &slot->sock;
	fill_record(record, tp, state);
	record->cookie = bpf_get_socket_cookie(sk);
	fill_identity(record, own);
	record->now_ns = header->now_ns > own->start_ns ? header->now_ns : own->start_ns;
	if (own->flags & NG_SOCK_SEEDED)
		base = bpf_sk_storage_get(&ng_sk_base, sk, 0, 0);
	if (base) {
		subtract_base(record, base);
		slot->base = *base;
	} else {
		__builtin_memset(&slot->base, 0, sizeof(slot->base));
	}
	header->count_new = index + 1;
	if (is_new)
		header->room--;
	return true;
}

/* A connection that moved, or one that user space has heard of, but not since the sweep began. */
static __always_inline int visit(struct sock *sk, struct ng_sk *own)
{
	struct ng_live_header *header;
	const struct tcp_sock *tp;
	__u32 zero = 0, in, out, generation;
	bool moved, is_swept, is_established, is_told;
	int state;

	if (!sk || !own)
		return 0;
	tp = tcp_of(sk);
	header = bpf_map_lookup_elem(&ng_live_header, &zero);
	if (!tp || !header)
		return 0;
	if (!header->seen++)
		header->now_ns = bpf_ktime_get_boot_ns();
	if (own->role == NG_ROLE_LISTENER) { /* also a child whose handshake is not finished: nothing yet */
		if (sk->__sk_common.skc_state == TCP_LISTEN)
			sum_listener(sk, tp, header->pass);
		return 0;
	}
	in = tp->segs_in;
	out = tp->segs_out;
	moved = in != own->last_in || out != own->last_out;
	is_swept = !own->sweep || own->sweep == header->sweep;
	if (!moved && is_swept)
		return 0;
	generation = own->generation;
	barrier(); /* before the flags: see opened() */
	if (own->flags & NG_SOCK_REPORTED || !own->start_ns)
		return 0;
	is_established = own->flags & NG_SOCK_ESTABLISHED;
	is_told = own->told == generation + 1;
	state = sk->__sk_common.skc_state;
	if (state == TCP_CLOSE && is_swept) /* its final record found the ring full: still there, but it moves no more */
		return 0;
	if (!(is_told ? store_again(header, sk, tp, own, state) : store_full(header, sk, tp, own, state)))
		return 0;
	/* Only now: a record that found no room must come again. */
	own->sweep = header->sweep;
	own->last_in = in;
	own->last_out = out;
	if (is_established) /* from now on ports, role and flags stay as they are */
		own->told = generation + 1;
	return 0;
}

#endif
