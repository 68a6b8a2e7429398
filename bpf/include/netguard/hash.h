/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef NETGUARD_HASH_H
#define NETGUARD_HASH_H

#include "kernel.h"

/* 32-bit mix (murmur3's finaliser); not secret. */
static __always_inline __u32 mix32(__u32 h)
{
	h = (h ^ (h >> 16)) * 0x85ebca6bU;
	h = (h ^ (h >> 13)) * 0xc2b2ae35U;
	return h ^ (h >> 16);
}

#endif
