/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* No silent loss: every failed reserve, update or look-up is counted here and becomes netguard_lost_events_total. */
#ifndef NETGUARD_LOSS_H
#define NETGUARD_LOSS_H

#include "kernel.h"
#include "event.h"

/* Key: enum ng_lost_kind. Value: count since load. Nobody deletes. Shared by all objects. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NG_LOST_KINDS);
	__type(key, __u32);
	__type(value, __u64);
} ng_lost SEC(".maps");

static __always_inline int count_lost(__u32 kind)
{
	__u64 *n = bpf_map_lookup_elem(&ng_lost, &kind);

	if (n)
		__sync_fetch_and_add(n, 1);
	return 0;
}

#endif
