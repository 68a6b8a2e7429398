/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How much payload may be sampled, of whom, and where samples go. */
#ifndef NETGUARD_PAYLOAD_H
#define NETGUARD_PAYLOAD_H

#include "event.h"
#include "hash.h"
#include "loss.h"

#define SAMPLED_PACKETS 2 /* each way of a conversation */

/* 0: all that has to do with payload is compiled out as the programs are loaded. */
const volatile __u32 ng_payload_on = 0;

/* Wake the reader once this much waits; samples alone do not, it looks every 100 ms. */
const volatile __u32 ng_payload_wake = 64 * 1024;

/*
 * Records: struct ng_payload_event, then the sampled bytes. A ring of its own, so that samples never stand in an alarm's way.
 * Full: counted as NG_LOST_PAYLOAD_RING.
 */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1024 * 1024);
} ng_payload SEC(".maps");

/* One entry, written by user space, also while running. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ng_payload_config);
} ng_payload_cfg SEC(".maps");

/*
 * Key: cgroup of which nothing is sampled. Inserted by user space when it met a sample of one that is excluded, deleted when the
 * cgroup goes or the configuration changes. Full: user space drops those samples itself.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, __u8);
} ng_payload_off SEC(".maps");

static __always_inline struct ng_payload_config *payload_config(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&ng_payload_cfg, &zero);
}

static __always_inline __u8 port_flags(__u16 port)
{
	struct ng_payload_config *config = payload_config();
	__u64 index = port;

	asm volatile("%0 &= 0xffff" : "+r"(index)); /* older verifiers forget the bounds of a swapped word */
	return config ? config->port[index] : NG_PORT_OFF;
}

/* Packets each way of a conversation between such ports of which payload is sampled. */
static __always_inline __u64 datagrams_sampled(__u8 flags)
{
	return flags & NG_PORT_DNS ? ~0ULL : SAMPLED_PACKETS;
}

static __always_inline bool is_cgroup_off(__u64 cgroup_id)
{
	return bpf_map_lookup_elem(&ng_payload_off, &cgroup_id) != 0;
}

#define SHARES 256
#define BUCKET_TRIES 4

/* What cgroups, by hash, took in the current window. */
struct payload_share {
	__u64 window;
	__u64 taken_ns;
};

static struct payload_share payload_shares[SHARES];

/* Until then the samples that were taken are paid for: a bucket as the generic cell rate algorithm has it (ITU-T I.371). */
static __u64 payload_paid_ns;

/*
 * A cgroup may take as much in a window (a quarter of the burst) as it leaves for the others, a dynamic threshold (Choudhury and
 * Hahne, IEEE/ACM ToN 6(2), 1998): alone it gets the whole rate, and one that begins to speak always finds something.
 */
static __always_inline bool take_token(__u64 now_ns, __u64 cgroup_id)
{
	struct payload_share *share = &payload_shares[mix32(cgroup_id) & (SHARES - 1)];
	struct ng_payload_config *config = payload_config();
	__u64 window, paid, from, left;

	if (!config || !config->burst_ns)
		return false;
	window = now_ns / (config->burst_ns / 4 + 1);
	if (share->window != window) {
		share->window = window;
		share->taken_ns = 0;
	}
	for (int i = 0; i < BUCKET_TRIES; i++) {
		paid = payload_paid_ns;
		from = paid > now_ns ? paid : now_ns;
		left = now_ns + config->burst_ns - from;
		if ((__s64)left < (__s64)config->interval_ns || share->taken_ns > left)
			return false;
		if (__sync_val_compare_and_swap(&payload_paid_ns, paid, from + config->interval_ns) == paid) {
			__sync_fetch_and_add(&share->taken_ns, config->interval_ns);
			return true;
		}
	}
	return false; /* other processors were always first */
}

#endif
