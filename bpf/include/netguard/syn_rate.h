/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * SYNs per source and listener in a tumbling window, as a count-min sketch (Cormode and Muthukrishnan 2005): fixed
 * memory, so spoofed sources evict nothing. An estimate is never too low; at 400,000 spoofed SYN/s it is about 100 too
 * high. What crosses the limit is judged limits.grace_ms later by the handshakes completed since, because a
 * handshake in flight is not a failed one.
 */
#ifndef NETGUARD_SYN_RATE_H
#define NETGUARD_SYN_RATE_H

#include "address.h"
#include "limits.h"

#define SYN_RATE_ROWS 4
#define SYN_RATE_COLUMNS 4096

struct ng_rate_cell {
	__u32 window;
	__u32 syns;
	__u32 completed;
	__u32 crossed_ms; /* time in the window when syns reached the limit, plus one; 0: not yet */
	__u32 fired;
	__u32 pad0;
};

/* Key: row * SYN_RATE_COLUMNS + column. A cell of an older window is taken over. Shared by sockets and packets. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SYN_RATE_ROWS * SYN_RATE_COLUMNS);
	__type(key, __u32);
	__type(value, struct ng_rate_cell);
} ng_syn_rate SEC(".maps");

static __always_inline __u64 syn_rate_hash(const struct ng_addr *source, const struct ng_listener_key *listener)
{
	return address_hash(source, ((__u64)listener->netns << 16 | listener->port) * 0xd6e8feb86659fd93ULL);
}

static __always_inline struct ng_rate_cell *rate_cell(__u64 hash, __u32 row, __u32 window)
{
	__u32 index = row * SYN_RATE_COLUMNS + ((hash >> (row * 12)) & (SYN_RATE_COLUMNS - 1));
	struct ng_rate_cell *cell = bpf_map_lookup_elem(&ng_syn_rate, &index);

	if (cell && cell->window != window) {
		cell->syns = 0;
		cell->completed = 0;
		cell->crossed_ms = 0;
		cell->fired = 0;
		cell->window = window;
	}
	return cell;
}

static __always_inline void rate_completed(const struct ng_addr *source, const struct ng_listener_key *listener, __u64 now_ns)
{
	struct ng_limits *limit = limits();
	__u64 hash = syn_rate_hash(source, listener);
	__u32 window;

	if (!limit || !limit->window_ms)
		return;
	window = now_ns / (limit->window_ms * 1000000ULL);
#pragma unroll
	for (__u32 row = 0; row < SYN_RATE_ROWS; row++) {
		struct ng_rate_cell *cell = rate_cell(hash, row, window);

		if (cell)
			__sync_fetch_and_add(&cell->completed, 1);
	}
}

/* Counts a SYN. True once a window, when the source is over the limit and half its handshakes did not complete. */
static __always_inline bool rate_syn(const struct ng_addr *source, const struct ng_listener_key *listener, __u64 now_ns,
				     const struct ng_limits *limit, __u32 *completed)
{
	__u64 hash = syn_rate_hash(source, listener);
	__u64 window_ns = limit->window_ms * 1000000ULL;
	__u32 window = now_ns / window_ns;
	__u32 into_ms = (now_ns % window_ns) / 1000000;
	struct ng_rate_cell *least = 0;

#pragma unroll
	for (__u32 row = 0; row < SYN_RATE_ROWS; row++) {
		struct ng_rate_cell *cell = rate_cell(hash, row, window);

		if (!cell)
			return false;
		__sync_fetch_and_add(&cell->syns, 1);
		if (!least || cell->syns < least->syns)
			least = cell;
	}
	if (least->syns < limit->source_syns || least->fired)
		return false;
	if (!least->crossed_ms)
		least->crossed_ms = into_ms + 1;
	if (into_ms + 1 < least->crossed_ms + limit->grace_ms)
		return false;
	*completed = least->completed;
	if (*completed * 2 >= limit->source_syns)
		return false;
	least->fired = 1;
	return true;
}

#endif
