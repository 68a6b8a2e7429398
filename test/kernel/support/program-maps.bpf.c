// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A map of every type that becomes series, keyed and filled with every convention; user space writes into them. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

typedef __u64 cgroup_id_t;
typedef __u32 pid_t;
typedef __be32 ipv4_be;

enum verdict { VERDICT_PASS = 0, VERDICT_DROP = 1 };
enum verdict *unused_verdict __attribute__((unused));

struct in6_addr {
	union {
		__u8 u6_addr8[16];
		__be16 u6_addr16[8];
		__be32 u6_addr32[4];
	} in6_u;
};

struct flow {
	__be32 saddr;
	__be16 dport;
	enum verdict verdict : 8;
	__u8 pad1;
	struct in6_addr daddr;
};

struct counts {
	__u64 packets;
	__u64 bytes;
	__s32 balance;
	_Bool marked;
	__u8 pad[3];
	struct {
		__u64 wait_ns;
		__u64 backlog;
	} queue;
};

struct latency {
	__u64 slots[8];
	__u64 sum_ns;
};

struct task {
	pid_t pid;
	char comm[16];
};

struct prefix {
	__u32 prefixlen;
	__u8 addr[4];
};

struct event {
	__u64 cgroup_id;
	__u32 pid;
	__be16 dport;
	__u8 ok;
	char name[9];
	struct in6_addr daddr;
	__u64 took_ns;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct flow);
	__type(value, struct counts);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 64);
	__type(key, ipv4_be);
	__type(value, __u64);
} syns SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 64);
	__type(key, cgroup_id_t);
	__type(value, __u64);
} sent_bytes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 64);
	__type(key, struct task);
	__type(value, __u64);
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct latency);
} latency SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 6);
	__type(key, __u32);
	__type(value, __u64);
} connect_us_hist SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 64);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, __u64);
} blocked SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 8);
	__type(value, __u32);
} queue SEC(".maps");

/* What `tell` says: user space fills it in. */
struct event said;

SEC("syscall")
int tell(void *context)
{
	bpf_ringbuf_output(&events, &said, sizeof(said), 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
