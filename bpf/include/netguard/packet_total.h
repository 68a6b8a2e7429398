/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Exact totals of what is not TCP, by cgroup: counted in slots of an array, which a conversation remembers by number. */
#ifndef NETGUARD_PACKET_TOTAL_H
#define NETGUARD_PACKET_TOTAL_H

#include "kernel.h"
#include "event.h"
#include "hash.h"
#include "loss.h"

/*
 * Key: slot. Value: counters and whose they are; read by user space in place. The first NG_OVERFLOW_TOTALS are made by user
 * space before the attach and stay; the others are taken with an entry of ng_total_slots and given back with it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, struct ng_total_value);
} ng_totals SEC(".maps");

/*
 * Key: cgroup, protocol, loopback. Value: slot. Inserted by the first packet; deleted by user space ten minutes after the
 * cgroup went. Full, as when no slot is free: counted under cgroup 0 and as NG_LOST_TOTALS_MAP.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct ng_total_key);
	__type(value, __u32);
} ng_total_slots SEC(".maps");

/* Slots that had an owner: user space puts them in a tick after their deletion, the next new total takes them. */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 8192);
	__type(value, __u32);
} ng_total_free SEC(".maps");

/* Conversations of one total at once, by family, so that a flood of one pod leaves room for the others. */
const volatile __u32 ng_conv_quota4 = 12288;
const volatile __u32 ng_conv_quota6 = 4096;

#define NOBODY 0xffffffffffffffffULL
#define IPPROTO_REST 255

/* Slots below have had an owner. */
static __u32 slots_used = NG_OVERFLOW_TOTALS;

/* The total in a slot, unless the slot has meanwhile been given to another. */
static __always_inline struct ng_total_value *total_in(__u32 slot, const struct ng_total_key *key)
{
	struct ng_total_value *total = bpf_map_lookup_elem(&ng_totals, &slot);

	if (!total || total->key.cgroup_id != key->cgroup_id || total->key.protocol != key->protocol ||
	    total->key.loopback != key->loopback)
		return 0;
	return total;
}

static __always_inline struct ng_total_value *slot_take(__u32 *slot)
{
	if (bpf_map_pop_elem(&ng_total_free, slot)) {
		*slot = slots_used;
		if (!bpf_map_lookup_elem(&ng_totals, slot)) /* none is left: the counter must not run on and wrap */
			return 0;
		*slot = __sync_fetch_and_add(&slots_used, 1);
	}
	return bpf_map_lookup_elem(&ng_totals, slot);
}

static __always_inline void total_make(const struct ng_total_key *key)
{
	struct ng_total_value *total;
	__u32 slot;

	total = slot_take(&slot);
	if (!total)
		return;
	__builtin_memset(total, 0, sizeof(*total));
	total->key = *key;
	total->room4 = ng_conv_quota4;
	total->room6 = ng_conv_quota6;
	if (bpf_map_update_elem(&ng_total_slots, key, &slot, BPF_NOEXIST)) {
		total->key.cgroup_id = NOBODY; /* another CPU was first */
		bpf_map_push_elem(&ng_total_free, &slot, 0);
	}
}

/* By hash: for a packet without a conversation, and the first of each. Changes `key` to that of cgroup 0 where it must. */
static __always_inline struct ng_total_value *total_get(struct ng_total_key *key, __u32 *slot)
{
	__u32 *known = bpf_map_lookup_elem(&ng_total_slots, key);

	if (!known) {
		total_make(key);
		known = bpf_map_lookup_elem(&ng_total_slots, key);
	}
	if (!known) {
		count_lost(NG_LOST_TOTALS_MAP);
		key->cgroup_id = 0;
		if (key->protocol != IPPROTO_ICMP && key->protocol != IPPROTO_UDP && key->protocol != IPPROTO_ICMPV6 &&
		    key->protocol != IPPROTO_SCTP)
			key->protocol = IPPROTO_REST;
		known = bpf_map_lookup_elem(&ng_total_slots, key);
	}
	if (!known)
		return 0;
	*slot = *known;
	return bpf_map_lookup_elem(&ng_totals, slot);
}

/* One look-up by hash a packet is enough: a number that was right before tells where the total is. */
static __always_inline struct ng_total_value *total_remembered(__u32 *slot, struct ng_total_key *key)
{
	struct ng_total_value *total = total_in(*slot, key);
	__u32 found;

	if (total)
		return total;
	total = total_get(key, &found);
	if (total)
		*slot = found;
	return total;
}

#define SLOT_GUESSES 256

/* By hash of a total's key, for packets without a conversation: its slot if it was the last to be here. */
static __u32 slot_guess[SLOT_GUESSES];

static __always_inline struct ng_total_value *total_guess(struct ng_total_key *key, __u32 *slot)
{
	__u32 guess = mix32(key->cgroup_id ^ (__u32)key->protocol << 24 ^ (__u32)key->loopback << 23) & (SLOT_GUESSES - 1);
	struct ng_total_value *total;

	*slot = slot_guess[guess];
	total = total_remembered(slot, key);
	slot_guess[guess] = *slot;
	return total;
}

#endif
