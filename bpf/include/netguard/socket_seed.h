/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets that were open before NetGuard. */
#ifndef NETGUARD_SOCKET_SEED_H
#define NETGUARD_SOCKET_SEED_H

#include "listener.h"
#include "socket.h"

/* A socket at a port that somebody listens at is a server's. */
static __always_inline bool of_listener(const struct sock *sk, const struct tcp_sock *tp)
{
	struct ng_listener_key key;

	listener_key(&key, sk, bpf_ntohs(tp->inet_conn.icsk_inet.inet_sport));
	if (bpf_map_lookup_elem(&ng_listeners, &key))
		return true;
	__builtin_memset(&key.addr, 0, sizeof(key.addr));
	return bpf_map_lookup_elem(&ng_listeners, &key) != 0;
}

/* Where the listeners of all processes are known, who is at none of them is a client. */
static __always_inline __u8 role_by_listeners(const struct sock *sk, const struct tcp_sock *tp)
{
	return of_listener(sk, tp) ? NG_ROLE_SERVER : NG_ROLE_CLIENT;
}

/* Where they are not, services have the lower port: clients are given theirs from ip_local_port_range. */
static __always_inline __u8 role_by_ports(const struct sock *sk, const struct tcp_sock *tp)
{
	__u16 local = bpf_ntohs(tp->inet_conn.icsk_inet.inet_sport), remote = bpf_ntohs(sk->__sk_common.skc_dport);

	if (sk->__sk_common.skc_state == TCP_SYN_SENT)
		return NG_ROLE_CLIENT;
	if (of_listener(sk, tp))
		return NG_ROLE_SERVER;
	return local == remote ? NG_ROLE_UNKNOWN : local < remote ? NG_ROLE_SERVER : NG_ROLE_CLIENT;
}

static __always_inline void mark_seeded(struct ng_sk *own, const struct sock *sk, const struct tcp_sock *tp, __u8 role)
{
	int state = sk->__sk_common.skc_state;

	own->flags = NG_SOCK_SEEDED | (state == TCP_SYN_SENT ? 0 : NG_SOCK_ESTABLISHED);
	own->role = role;
	/* Force one live record, so that user space hears of it at once. */
	own->last_in = tp->segs_in - 1;
	barrier();
	own->start_ns = bpf_ktime_get_boot_ns(); /* last: until then the iterator leaves it out */
}

static __always_inline int seed_from_file(struct task_struct *task, struct file *file)
{
	struct ng_listener_key key;
	struct ng_sock_base *base;
	struct socket *socket;
	struct tcp_sock *tp;
	struct ng_sk *own;
	struct sock *sk;
	int state;

	if (!task || !file)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	sk = socket->sk;
	if (!sk)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return 0;
	state = sk->__sk_common.skc_state;
	if (state == TCP_CLOSE)
		return 0;
	own = bpf_sk_storage_get(&ng_sk, sk, 0, 0);
	if (own) {
		/* The second run: a listener may have been met after its connections. */
		if (own->flags & NG_SOCK_SEEDED && own->role == NG_ROLE_CLIENT)
			own->role = role_by_listeners(sk, tp);
		return 0;
	}
	own = bpf_sk_storage_get(&ng_sk, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!own)
		return count_lost(NG_LOST_SOCK_STORAGE);
	own->pid = task->tgid;
	bpf_probe_read_kernel_str(own->comm, sizeof(own->comm), task->group_leader->comm);
	if (state == TCP_LISTEN) {
		own->start_ns = bpf_ktime_get_boot_ns();
		own->role = NG_ROLE_LISTENER;
		if (listener_key(&key, sk, sk->__sk_common.skc_num))
			own->flags |= NG_SOCK_WILDCARD;
		listener_get(&key, sk);
		return 0;
	}
	base = bpf_sk_storage_get(&ng_sk_base, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (base)
		seed_base(base, tp);
	else
		count_lost(NG_LOST_SOCK_STORAGE);
	mark_seeded(own, sk, tp, role_by_listeners(sk, tp));
	return 0;
}

static __always_inline int seed_from_packet(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;
	struct ng_sock_base *base;
	struct tcp_sock *tp;
	struct ng_sk *own;

	if (!sk || sk->state == TCP_LISTEN || sk->state == TCP_CLOSE)
		return 1;
	sk = bpf_sk_fullsock(sk);
	if (!sk || !bpf_tcp_sock(sk))
		return 1;
	if (bpf_sk_storage_get(&ng_sk, sk, 0, 0))
		return 1;
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return 1;
	own = bpf_sk_storage_get(&ng_sk, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	base = bpf_sk_storage_get(&ng_sk_base, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (own && base) {
		seed_base(base, tp);
		mark_seeded(own, &tp->inet_conn.icsk_inet.sk, tp, role_by_ports(&tp->inet_conn.icsk_inet.sk, tp));
	} else {
		count_lost(NG_LOST_SOCK_STORAGE);
	}
	return 1;
}

#endif
