/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From SYN_SENT or LISTEN to CLOSE. */
#ifndef NETGUARD_SOCKET_LIFE_H
#define NETGUARD_SOCKET_LIFE_H

#include "listener.h"
#include "socket.h"

/* Process context: the caller of connect() or listen(). */
static __always_inline void opened(struct sock *sk, __u8 role)
{
	struct ng_sk *own = bpf_sk_storage_get(&ng_sk, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (!own) {
		count_lost(NG_LOST_SOCK_STORAGE);
		return;
	}
	if (own->start_ns) {
		/* The socket is used again and its last close found the ring full: there is no destroy for it to try once more. */
		if (own->role != NG_ROLE_LISTENER && !(own->flags & NG_SOCK_REPORTED))
			count_lost(NG_LOST_SOCK_RING);
		/* In this order: the iterator, on another processor, takes a generation for told only if it was established. */
		own->flags = 0;
		barrier();
		own->generation++;
	}
	bpf_sk_storage_delete(&ng_sk_base, sk);
	own->start_ns = bpf_ktime_get_boot_ns();
	own->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(own->comm, sizeof(own->comm));
	own->last_in = 0;
	own->last_out = 0;
	own->flags = 0;
	own->sweep = 0;
	own->told = 0;
	own->sampled_in = 0;
	own->sampled_out = 0;
	own->sampled_to = 0;
	own->role = role;
}

static __always_inline void listening(struct sock *sk, const struct tcp_sock *tp)
{
	struct ng_listener_key key;
	struct ng_sk *own;

	opened(sk, NG_ROLE_LISTENER);
	if (listener_key(&key, sk, tp->inet_conn.icsk_inet.sk.__sk_common.skc_num)) {
		own = bpf_sk_storage_get(&ng_sk, sk, 0, 0);
		if (own)
			own->flags |= NG_SOCK_WILDCARD;
	}
	listener_get(&key, sk);
}

/* A child of a listener has finished its handshake. Its storage is the listener's, cloned; make it the child's own. */
static __always_inline void accepted(struct sock *sk, const struct tcp_sock *tp)
{
	struct ng_sk *own = bpf_sk_storage_get(&ng_sk, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	struct ng_listener_key key;
	struct ng_listener_value *group;
	struct ng_addr source;

	if (own) {
		own->start_ns = bpf_ktime_get_boot_ns();
		own->generation = 0;
		own->last_in = 0;
		own->last_out = 0;
		own->flags = NG_SOCK_ESTABLISHED;
		own->sweep = 0;
		own->told = 0;
		own->sampled_in = tp->data_segs_in > 255 ? 255 : tp->data_segs_in; /* payload may come with the handshake's last ACK */
		barrier();
		own->role = NG_ROLE_SERVER; /* last: until then the iterator takes it for no connection */
	} else {
		count_lost(NG_LOST_SOCK_STORAGE);
	}
	listener_key(&key, sk, bpf_ntohs(tp->inet_conn.icsk_inet.inet_sport));
	group = bpf_map_lookup_elem(&ng_listeners, &key);
	if (!group) {
		__builtin_memset(&key.addr, 0, sizeof(key.addr));
		group = bpf_map_lookup_elem(&ng_listeners, &key);
	}
	if (!group)
		return;
	__sync_fetch_and_add(&group->completed, 1);
	remote_address(&source, sk);
	rate_completed(&source, &key, bpf_ktime_get_ns());
}

/* True when the record went out. */
static __always_inline bool report_close(struct sock *sk, const struct tcp_sock *tp, struct ng_sk *own, int from, __u16 flags)
{
	struct ng_sock_record *record = bpf_ringbuf_reserve(&ng_events, sizeof(*record), 0);
	struct ng_sock_base *base;

	if (!record)
		return false;
	fill_record(record, tp, from);
	record->now_ns = bpf_ktime_get_boot_ns();
	record->cookie = bpf_get_socket_cookie(sk);
	if (own) {
		fill_identity(record, own);
		if (own->flags & NG_SOCK_SEEDED) {
			base = bpf_sk_storage_get(&ng_sk_base, sk, 0, 0);
			if (base)
				subtract_base(record, base);
		}
	} else {
		fill_unknown(record);
	}
	record->flags |= flags;
	if (from == TCP_SYN_SENT && !sk->__sk_common.skc_num && !record->lport)
		record->flags |= NG_SOCK_NO_PORT;
	bpf_ringbuf_submit(record, routine_wakeup());
	return true;
}

static __always_inline void closed(struct sock *sk, const struct tcp_sock *tp, int from)
{
	struct ng_sk *own = bpf_sk_storage_get(&ng_sk, sk, 0, 0);

	if (from == TCP_LISTEN)
		return;
	if (own && own->flags & NG_SOCK_REPORTED)
		return;
	if (report_close(sk, tp, own, from, 0)) {
		if (own)
			own->flags |= NG_SOCK_REPORTED;
	} else if (!own) {
		count_lost(NG_LOST_SOCK_RING); /* with storage, tcp_destroyed tries once more */
	}
}

static __always_inline int tcp_state_changed(struct sock *sk, int from, int to)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct ng_sk *own;

	if (!tp || from == to) /* MPTCP's master socket passes here too and is no tcp_sock */
		return 0;
	if (to == TCP_SYN_SENT) {
		opened(sk, NG_ROLE_CLIENT);
	} else if (to == TCP_LISTEN) {
		listening(sk, tp);
	} else if (to == TCP_ESTABLISHED) {
		own = bpf_sk_storage_get(&ng_sk, sk, 0, 0);
		if (from == TCP_SYN_RECV && !(own && own->role == NG_ROLE_CLIENT)) /* a client: both ends connected at once */
			accepted(sk, tp);
		else if (own)
			own->flags |= NG_SOCK_ESTABLISHED;
	} else if (to == TCP_CLOSE) {
		closed(sk, tp, from);
	}
	return 0;
}

static __always_inline int tcp_destroyed(struct sock *sk)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct ng_sk *own;

	if (!tp)
		return 0;
	own = bpf_sk_storage_get(&ng_sk, sk, 0, 0);
	if (!own || own->flags & NG_SOCK_REPORTED || own->role == NG_ROLE_LISTENER)
		return 0;
	own->flags |= NG_SOCK_REPORTED;
	if (!report_close(sk, tp, own, TCP_CLOSE, NG_SOCK_LATE))
		count_lost(NG_LOST_SOCK_RING);
	return 0;
}

#endif
