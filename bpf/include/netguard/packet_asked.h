/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* At which ports cgroups were asked: a reply whose request is in no conversation must not pass for one. */
#ifndef NETGUARD_PACKET_ASKED_H
#define NETGUARD_PACKET_ASKED_H

#include "packet.h"
#include "event.h"
#include "hash.h"

#define ASKED_PORTS 4096

/* By hash of cgroup, protocol and port, what the index leaves of that hash. The last to be asked overwrites another. */
static __u16 asked_ports[ASKED_PORTS];

static __always_inline __u32 asked_hash(const struct ng_total_key *of, __u16 port)
{
	return mix32((__u32)of->cgroup_id * 0x9e3779b1U ^ (__u32)of->protocol << 16 ^ port) | 1; /* 0: nobody's */
}

static __always_inline void asked_note(__u32 hash)
{
	asked_ports[(hash >> 16) & (ASKED_PORTS - 1)] = hash;
}

static __always_inline bool was_asked(__u32 hash)
{
	return asked_ports[(hash >> 16) & (ASKED_PORTS - 1)] == (__u16)hash;
}

#endif
