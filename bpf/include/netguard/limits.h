/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef NETGUARD_LIMITS_H
#define NETGUARD_LIMITS_H

#include "kernel.h"
#include "event.h"

/* One entry, written by user space, also while running. Shared by all objects. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ng_limits);
} ng_limits SEC(".maps");

static __always_inline struct ng_limits *limits(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&ng_limits, &zero);
}

#endif
