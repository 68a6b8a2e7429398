/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Dropped packets by network namespace and reason, exactly. */
#ifndef NETGUARD_DROP_H
#define NETGUARD_DROP_H

#include "kernel.h"
#include "event.h"
#include "hash.h"
#include "loss.h"

#define DROP_SETS 4096

/*
 * Key: hash of network namespace and the kernel's reason. Value: a set of counters, each claimed by the first such drop and
 * freed by user space when it did not move for a quarter of an hour; a count is never set back. Set full: NG_LOST_DROPS_MAP.
 * An array, as a look-up in a hash map costs a fifth of what a drop may.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, DROP_SETS);
	__type(key, __u32);
	__type(value, struct ng_drop_set);
} ng_drops SEC(".maps");

static __always_inline void count_drop(__u32 netns, __u32 reason)
{
	__u64 owner = (__u64)netns << 32 | reason;
	__u32 index = mix32(netns * 0x9e3779b1U + reason) & (DROP_SETS - 1);
	struct ng_drop_set *set = bpf_map_lookup_elem(&ng_drops, &index);

	if (!set)
		return;
#pragma unroll
	for (int i = 0; i < NG_DROP_WAYS; i++) {
		struct ng_drop *drop = &set->way[i];
		__u64 found = drop->owner;

		if (!found) {
			found = __sync_val_compare_and_swap(&drop->owner, 0, owner);
			if (!found)
				found = owner;
		}
		if (found == owner) {
			__sync_fetch_and_add(&drop->packets, 1);
			return;
		}
	}
	count_lost(NG_LOST_DROPS_MAP);
}

#endif
