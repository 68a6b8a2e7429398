/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef NETGUARD_ADDRESS_H
#define NETGUARD_ADDRESS_H

#include "kernel.h"
#include "event.h"

static __always_inline void address_from_v4(struct ng_addr *to, __be32 address)
{
	__u32 *word = (__u32 *)to;

	word[0] = 0;
	word[1] = 0;
	word[2] = bpf_htonl(0xffff);
	word[3] = address;
}

static __always_inline void address_from_v6(struct ng_addr *to, const struct in6_addr *address)
{
	__u32 *word = (__u32 *)to;

	word[0] = address->in6_u.u6_addr32[0];
	word[1] = address->in6_u.u6_addr32[1];
	word[2] = address->in6_u.u6_addr32[2];
	word[3] = address->in6_u.u6_addr32[3];
}

static __always_inline void local_address(struct ng_addr *to, const struct sock *sk)
{
	if (sk->__sk_common.skc_family == AF_INET6)
		address_from_v6(to, &sk->__sk_common.skc_v6_rcv_saddr);
	else
		address_from_v4(to, sk->__sk_common.skc_rcv_saddr);
}

static __always_inline void remote_address(struct ng_addr *to, const struct sock *sk)
{
	if (sk->__sk_common.skc_family == AF_INET6)
		address_from_v6(to, &sk->__sk_common.skc_v6_daddr);
	else
		address_from_v4(to, sk->__sk_common.skc_daddr);
}

/* 0.0.0.0 and :: are one wildcard: a listener group holds both families. */
static __always_inline bool fold_wildcard(struct ng_addr *address)
{
	__u32 *word = (__u32 *)address;

	if (word[3] || word[0] || word[1] || (word[2] && word[2] != bpf_htonl(0xffff)))
		return false;
	word[2] = 0;
	return true;
}

/* 64-bit mix (splitmix64's finaliser) of an address and a salt; not secret, so nothing exact may rest on it. */
static __always_inline __u64 address_hash(const struct ng_addr *address, __u64 salt)
{
	const __u64 *half = (const __u64 *)address;
	__u64 h = half[0] ^ (half[1] * 0x9e3779b97f4a7c15ULL) ^ salt;

	h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ULL;
	h = (h ^ (h >> 27)) * 0x94d049bb133111ebULL;
	return h ^ (h >> 31);
}

#endif
