// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* Time from the SYN of a connection we open to its end of the handshake, as a log2 histogram in microseconds. */
#include <netguard/kernel.h>

char LICENSE[] SEC("license") = "GPL";

#define SLOTS 32
/* Inode of the network namespace to look at; 0: all of them. */
const volatile __u32 netns = 0;

/* Lives with its socket; the kernel deletes it. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} began_ns SEC(".maps");

/* Slot n counts latencies of 2^n to 2^(n+1) - 1 microseconds, slot 0 those below 2 as well. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__type(value, __u64);
} latency_us SEC(".maps");

/* Only slot 0: connections that ended before the handshake did. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} failed SEC(".maps");

static __always_inline __u32 log2_slot(__u64 value)
{
	__u32 slot = 0;

	for (int i = 0; i < SLOTS - 1; i++) {
		value >>= 1;
		slot += value != 0;
	}
	return slot;
}

static __always_inline int count(void *map, __u32 at)
{
	__u64 *slot = bpf_map_lookup_elem(map, &at);

	if (slot)
		__sync_fetch_and_add(slot, 1);
	return 0;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(connect_state, struct sock *sk, int from, int to)
{
	__u64 *began;

	if (netns && sk->__sk_common.skc_net.net->ns.inum != netns)
		return 0;
	if (to == TCP_SYN_SENT) {
		began = bpf_sk_storage_get(&began_ns, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
		if (began)
			*began = bpf_ktime_get_ns();
		return 0;
	}
	if (from != TCP_SYN_SENT)
		return 0;
	began = bpf_sk_storage_get(&began_ns, sk, 0, 0);
	if (!began)
		return 0;
	return to == TCP_ESTABLISHED ? count(&latency_us, log2_slot((bpf_ktime_get_ns() - *began) / 1000)) :
				       count(&failed, 0);
}
