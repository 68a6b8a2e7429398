// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* Bytes of TCP payload that each process sent and received: what the calls returned, not how large their buffers were. */
#include <linux/ptrace.h>
#include <netguard/kernel.h>

char LICENSE[] SEC("license") = "GPL";

typedef __u32 pid;

struct process {
	pid pid; /* of the thread group, whole */
	char comm[16];
};

struct bytes {
	__u64 sent_bytes;
	__u64 received_bytes;
};

/* Inserted here; the process idle for longest gives way when it is full. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct process);
	__type(value, struct bytes);
} traffic SEC(".maps");

static __always_inline struct bytes *bytes_of_current(void)
{
	struct process process = { .pid = bpf_get_current_pid_tgid() >> 32 };
	struct bytes none = {}, *known;

	bpf_get_current_comm(process.comm, sizeof(process.comm));
	known = bpf_map_lookup_elem(&traffic, &process);
	if (known)
		return known;
	bpf_map_update_elem(&traffic, &process, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&traffic, &process);
}

/* Of IPv4 and IPv6 sockets alike. Below 0 is an error, 0 from recvmsg the end of the stream. */
SEC("kretprobe/tcp_sendmsg")
int BPF_KRETPROBE(tcp_sent, int result)
{
	struct bytes *bytes = result > 0 ? bytes_of_current() : 0;

	if (bytes)
		__sync_fetch_and_add(&bytes->sent_bytes, result);
	return 0;
}

SEC("kretprobe/tcp_recvmsg")
int BPF_KRETPROBE(tcp_received, int result)
{
	struct bytes *bytes = result > 0 ? bytes_of_current() : 0;

	if (bytes)
		__sync_fetch_and_add(&bytes->received_bytes, result);
	return 0;
}
