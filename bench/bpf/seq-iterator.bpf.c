// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The usual way to read sockets, as a baseline: fields by BPF_CORE_READ, each record through bpf_seq_write and read(). */
#include <netguard/kernel.h>
#include <netguard/event.h>

SEC("iter/bpf_sk_storage_map")
int seq_live(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct ng_sock_record record = {};
	struct sock *sk = ctx->sk;
	struct tcp_sock *tp;

	if (!sk || !ctx->value)
		return 0;
	tp = (struct tcp_sock *)bpf_skc_to_tcp_sock(sk);
	if (!tp || BPF_CORE_READ(sk, __sk_common.skc_state) == TCP_LISTEN)
		return 0;
	record.kind = NG_EVENT_SOCK;
	record.state = BPF_CORE_READ(sk, __sk_common.skc_state);
	record.cookie = bpf_get_socket_cookie(sk);
	record.cgroup_id = BPF_CORE_READ(sk, sk_cgrp_data.cgroup, kn, id);
	record.netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	record.now_ns = bpf_ktime_get_boot_ns();
	record.rx_bytes = BPF_CORE_READ(tp, bytes_received);
	record.tx_bytes = BPF_CORE_READ(tp, bytes_sent) - BPF_CORE_READ(tp, bytes_retrans);
	record.rx_segs = BPF_CORE_READ(tp, segs_in);
	record.tx_segs = BPF_CORE_READ(tp, segs_out);
	record.retrans_segs = BPF_CORE_READ(tp, total_retrans);
	record.srtt_us = BPF_CORE_READ(tp, srtt_us) >> 3;
	record.lport = bpf_ntohs(BPF_CORE_READ(tp, inet_conn.icsk_inet.inet_sport));
	record.rport = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	((__u32 *)&record.laddr)[2] = bpf_htonl(0xffff);
	((__u32 *)&record.laddr)[3] = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
	((__u32 *)&record.raddr)[2] = bpf_htonl(0xffff);
	((__u32 *)&record.raddr)[3] = BPF_CORE_READ(sk, __sk_common.skc_daddr);
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
