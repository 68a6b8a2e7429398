/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A sample of a packet's payload, into the ring. */
#ifndef NETGUARD_PAYLOAD_SAMPLE_H
#define NETGUARD_PAYLOAD_SAMPLE_H

#include "packet.h"
#include "payload.h"

static __always_inline __u64 payload_wakeup(void)
{
	return bpf_ringbuf_query(&ng_payload, BPF_RB_AVAIL_DATA) > ng_payload_wake ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

/* The ring wants sizes that are known to the compiler: a record has room for `room` bytes. */
static __always_inline int put_sample(struct __sk_buff *skb, const struct ng_payload_event *head, __u32 at, __u32 bytes,
				      const __u32 room)
{
	struct ng_payload_event *record = bpf_ringbuf_reserve(&ng_payload, sizeof(*record) + room, 0);
	__u32 last = bytes - 1;

	if (!record)
		return count_lost(NG_LOST_PAYLOAD_RING);
	*record = *head;
	barrier_var(last); /* before 6.8 the verifier does not take it from a comparison with 0 that there is at least one */
	if (last >= room || bpf_skb_load_bytes(skb, at, record + 1, last + 1)) {
		bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
		return count_lost(NG_LOST_SHORT_PACKET);
	}
	bpf_ringbuf_submit(record, payload_wakeup());
	return 0;
}

/* Takes a token and the bytes: of a batch those of its first two packets, if `left` of them are still to be sampled. */
static __noinline int take_sample(struct __sk_buff *skb, struct ng_payload_event *head, __u32 at, __u32 left)
{
	__u32 bytes = head->wire_bytes, most = NG_PAYLOAD_MOST, segment = skb->gso_size;

	head->now_ns = bpf_ktime_get_boot_ns();
	if (is_cgroup_off(head->cgroup_id))
		return 0;
	if (!take_token(head->now_ns, head->cgroup_id))
		return count_lost(NG_LOST_PAYLOAD_RATE);
	if (segment && segment < bytes) {
		head->segment_bytes = segment > 0xffff ? 0xffff : segment;
		if (segment <= NG_PAYLOAD_MOST)
			most = left > 1 ? 2 * segment : segment;
	}
	if (bytes > most)
		bytes = most;
	head->bytes = bytes;
	head->loopback = skb->ifindex == LOOPBACK_IFINDEX;
	barrier_var(bytes);
	if (bytes <= 128)
		return put_sample(skb, head, at, bytes, 128);
	if (bytes <= 512)
		return put_sample(skb, head, at, bytes, 512);
	if (bytes <= NG_PAYLOAD_MOST)
		return put_sample(skb, head, at, bytes, NG_PAYLOAD_MOST);
	return put_sample(skb, head, at, bytes, 2 * NG_PAYLOAD_MOST);
}

#endif
