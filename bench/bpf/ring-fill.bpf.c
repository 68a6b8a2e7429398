// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Fills a ring with final socket records, as fast as the kernel can: what a storm of closing connections leaves. */
#include <netguard/kernel.h>
#include <netguard/event.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 * 1024 * 1024);
} bench_ring SEC(".maps");

struct fill {
	__u64 cookie;  /* of the first record; each further one is one higher */
	__u32 count;
	__u32 written;
};

static long fill_one(__u32 index, struct fill *fill)
{
	struct ng_sock_record *record = bpf_ringbuf_reserve(&bench_ring, sizeof(*record), 0);
	__u64 nth;

	if (!record)
		return 1;
	nth = fill->cookie + index;
	__builtin_memset(record, 0, sizeof(*record));
	record->kind = NG_EVENT_SOCK;
	record->state = TCP_LAST_ACK;
	record->role = nth & 1 ? NG_ROLE_CLIENT : NG_ROLE_SERVER;
	record->flags = NG_SOCK_ESTABLISHED;
	record->cookie = nth;
	record->cgroup_id = 5000 + nth % 110;
	record->now_ns = bpf_ktime_get_boot_ns();
	record->start_ns = record->now_ns - 1000000;
	record->rx_bytes = 300;
	record->tx_bytes = 1200;
	record->rx_segs = 4;
	record->tx_segs = 5;
	record->srtt_us = 350;
	record->netns = 4026532000 + nth % 110;
	record->pid = 2000 + nth % 110;
	record->lport = 8080;
	record->rport = 32768 + nth % 28000;
	((__u32 *)&record->laddr)[2] = bpf_htonl(0xffff);
	((__u32 *)&record->laddr)[3] = bpf_htonl(0x0af40000 + nth % 110);
	((__u32 *)&record->raddr)[2] = bpf_htonl(0xffff);
	((__u32 *)&record->raddr)[3] = bpf_htonl(0x0af40000 + nth % 2000);
	__builtin_memcpy(record->comm, "server", 7);
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	fill->written++;
	return 0;
}

SEC("syscall")
int ring_fill(struct fill *fill)
{
	struct fill own = *fill; /* the loop's context must be on the stack */

	bpf_loop(own.count, fill_one, &own, 0);
	return own.written;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
