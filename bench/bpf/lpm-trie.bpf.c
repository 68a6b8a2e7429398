// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a list of a million IPv4 addresses costs in the kernel: look-ups of addresses that are and are not in it. */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

#define LOOKUPS 4096

struct address_key {
	__u32 prefix_length;
	__u32 address_be;
};

/* Key: range. Inserted by the benchmark, never deleted; full: the insertion is refused. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1048576);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct address_key);
	__type(value, __u32);
} bench_trie SEC(".maps");

/* Addresses to look for, written by the benchmark. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LOOKUPS);
	__type(key, __u32);
	__type(value, __u32);
} bench_asked SEC(".maps");

struct scan {
	__u32 found;
	bool lookup;
};

static long look(__u32 index, struct scan *scan)
{
	struct address_key key = { .prefix_length = 32 };
	__u32 *asked = bpf_map_lookup_elem(&bench_asked, &index);

	if (!asked)
		return 1;
	key.address_be = *asked;
	if (!scan->lookup)
		scan->found += key.address_be & 1;
	else if (bpf_map_lookup_elem(&bench_trie, &key))
		scan->found++;
	return 0;
}

static __always_inline int run(bool lookup)
{
	struct scan scan = { .lookup = lookup };

	bpf_loop(LOOKUPS, look, &scan, 0);
	return scan.found;
}

SEC("tc")
int bench_lookup(struct __sk_buff *skb)
{
	return run(true);
}

/* The loop and the array alone, to be subtracted. */
SEC("tc")
int bench_nothing(struct __sk_buff *skb)
{
	return run(false);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
