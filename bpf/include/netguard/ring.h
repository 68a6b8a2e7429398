/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The one ring to user space. Routine records do not wake the reader (it looks every 100 ms); alarms do, at once. */
#ifndef NETGUARD_RING_H
#define NETGUARD_RING_H

#include "kernel.h"
#include "event.h"

/* Records begin with enum ng_event_kind. Full: the reserve fails and the caller counts it. Shared by all objects. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 * 1024 * 1024);
} ng_events SEC(".maps");

/* Wake the reader once this much waits, so that a burst does not fill the ring between two looks. */
const volatile __u32 ng_ring_wake_bytes = 256 * 1024;

static __always_inline __u64 routine_wakeup(void)
{
	return bpf_ringbuf_query(&ng_events, BPF_RB_AVAIL_DATA) > ng_ring_wake_bytes ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

#endif
