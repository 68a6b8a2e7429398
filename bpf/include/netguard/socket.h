/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What NetGuard remembers of a TCP socket, and how its record is made. The kernel itself counts bytes and segments. */
#ifndef NETGUARD_SOCKET_H
#define NETGUARD_SOCKET_H

#include "address.h"
#include "loss.h"
#include "ring.h"

/*
 * Little more than identity, at most 56 bytes, so that it and its list element are two cache lines. An accepted child inherits
 * its listener's copy.
 */
struct ng_sk {
	__u64 start_ns;
	__u32 generation; /* connect() again on the same socket */
	__u32 pid;
	char comm[NG_COMM_LEN];
	__u32 last_in;    /* segments when the iterator last stored this socket; it alone writes them */
	__u32 last_out;
	__u16 flags;
	__u8 role;
	__u8 sweep;       /* header's number when the iterator last stored this socket; 0: never */
	__u32 told;       /* generation + 1 that user space has a full record of; 0: of none */
	__u8 sampled_in;  /* segments with payload that were looked at to be sampled, by direction; packets alone write them */
	__u8 sampled_out;
	__u16 sampled_to; /* payload sent before this was looked at; as far as it fits */
};

/*
 * Inserted at connect(), listen(), by cloning at accept, and by seeding; freed with the socket. No memory: counted, and
 * the connection is still reported at its close.
 */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct ng_sk);
} ng_sk SEC(".maps");

/* Inserted when a socket older than NetGuard is found; its records count from there. Freed with the socket. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct ng_sock_base);
} ng_sk_base SEC(".maps");

/* Since kernel 6.2. */
extern void *bpf_rdonly_cast(const void *object, __u32 type_id) __ksym __weak;

/* Of a socket that has our storage, which only TCP sockets are given: the helper's own check reads a cache line of its own. */
static __always_inline const struct tcp_sock *tcp_of(struct sock *sk)
{
	if (bpf_ksym_exists(bpf_rdonly_cast))
		return bpf_rdonly_cast(sk, bpf_core_type_id_kernel(struct tcp_sock));
	return bpf_skc_to_tcp_sock(sk);
}

/* Payload received: bytes_received counts the peer's FIN, which SOCK_DONE tells. */
static __always_inline __u64 payload_received(const struct tcp_sock *tp)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;
	__u64 done = bpf_core_enum_value(enum sock_flags, SOCK_DONE);
	__u64 bytes = tp->bytes_received;

	return bytes && (sk->__sk_common.skc_flags & (1ULL << done)) ? bytes - 1 : bytes;
}

/* Payload sent once: bytes_acked would count SYN and FIN. */
static __always_inline __u64 payload_sent(const struct tcp_sock *tp)
{
	return tp->bytes_sent - tp->bytes_retrans;
}

/* Sequence space sent or queued and not acknowledged, less the SYN or FIN that stands in it. */
static __always_inline __u32 unacknowledged(const struct tcp_sock *tp, int state)
{
	__u32 bytes = tp->write_seq - tp->snd_una;
	bool control = state == TCP_SYN_SENT || state == TCP_FIN_WAIT1 || state == TCP_LAST_ACK || state == TCP_CLOSING;

	return bytes && control ? bytes - 1 : bytes;
}

static __always_inline void seed_base(struct ng_sock_base *base, const struct tcp_sock *tp)
{
	base->rx_bytes = payload_received(tp);
	base->tx_bytes = payload_sent(tp);
	base->rx_segs = tp->segs_in;
	base->tx_segs = tp->segs_out;
	base->retrans_segs = tp->total_retrans;
}

static __always_inline void fill_record(struct ng_sock_record *record, const struct tcp_sock *tp, int state)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;

	record->kind = NG_EVENT_SOCK;
	record->state = state;
	record->cgroup_id = sk->sk_cgrp_data.cgroup->kn->id;
	record->rx_bytes = payload_received(tp);
	record->tx_bytes = payload_sent(tp);
	record->rx_segs = tp->segs_in;
	record->tx_segs = tp->segs_out;
	record->retrans_segs = tp->total_retrans;
	record->unacked_bytes = unacknowledged(tp, state);
	record->srtt_us = tp->srtt_us >> 3;
	record->netns = sk->__sk_common.skc_net.net->ns.inum;
	record->lport = bpf_ntohs(tp->inet_conn.icsk_inet.inet_sport);
	record->rport = bpf_ntohs(sk->__sk_common.skc_dport);
	record->error = sk->sk_err;
	record->pad0 = 0;
	local_address(&record->laddr, sk);
	remote_address(&record->raddr, sk);
}

static __always_inline void fill_identity(struct ng_sock_record *record, const struct ng_sk *own)
{
	record->role = own->role;
	record->flags = own->flags;
	record->start_ns = own->start_ns;
	record->generation = own->generation;
	record->pid = own->pid;
	__builtin_memcpy(record->comm, own->comm, NG_COMM_LEN);
}

static __always_inline void fill_unknown(struct ng_sock_record *record)
{
	record->role = NG_ROLE_UNKNOWN;
	record->flags = NG_SOCK_NO_STORAGE;
	record->start_ns = 0;
	record->generation = 0;
	record->pid = 0;
	__builtin_memset(record->comm, 0, NG_COMM_LEN);
}

static __always_inline void subtract_base(struct ng_sock_record *record, const struct ng_sock_base *base)
{
	record->rx_bytes -= base->rx_bytes;
	record->tx_bytes -= base->tx_bytes;
	record->rx_segs -= base->rx_segs;
	record->tx_segs -= base->tx_segs;
	record->retrans_segs -= base->retrans_segs;
}

#endif
