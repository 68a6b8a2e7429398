/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What crosses to user space. The TypeScript under packages/core/src/abi is generated from this by `npm run generate`. */
#ifndef NETGUARD_EVENT_H
#define NETGUARD_EVENT_H

#define NG_COMM_LEN 16
#define NG_PATH_LEN 256

/* First word of every ring record. */
enum ng_event_kind {
	NG_EVENT_SOCK = 1,
	NG_EVENT_LISTENER = 2,
	NG_EVENT_SYN_SOURCE = 3,
	NG_EVENT_PROBE = 4,
	NG_EVENT_CGROUP = 5,
};

/* Index into ng_lost: every failed reserve, update or look-up that user space would otherwise never hear of. */
enum ng_lost_kind {
	NG_LOST_SOCK_RING = 0,      /* a connection's final record found the ring full, also at destroy */
	NG_LOST_SOCK_STORAGE = 1,   /* no memory for a socket's identity record */
	NG_LOST_LISTENER_RING = 3,
	NG_LOST_LISTENER_MAP = 4,
	NG_LOST_TOTALS_MAP = 5,     /* no room for a cgroup's totals: counted under cgroup 0 */
	NG_LOST_CONV_MAP = 6,       /* conversation table full: in the totals, not in any flow */
	NG_LOST_DROPS_MAP = 7,
	NG_LOST_PROBE_MAP = 8,
	NG_LOST_PROBE_RING = 9,
	NG_LOST_CGROUP_RING = 10,
	NG_LOST_SHORT_PACKET = 11,  /* headers could not be read */
	NG_LOST_PAYLOAD_RING = 12,  /* a sample of payload found its ring full, */
	NG_LOST_PAYLOAD_RATE = 13,  /* or there were more than may be taken, of all or of its cgroup */
	NG_LOST_KINDS = 16,
};

/* IPv4 is kept v4-mapped (::ffff:a.b.c.d), so one shape holds both families. Network byte order. */
struct ng_addr {
	__u8 byte[16];
};

enum ng_role {
	NG_ROLE_UNKNOWN = 0,
	NG_ROLE_CLIENT = 1,
	NG_ROLE_SERVER = 2,
	NG_ROLE_LISTENER = 3,
};

enum ng_sock_flag {
	NG_SOCK_REPORTED = 1,       /* the final record went out */
	NG_SOCK_SEEDED = 2,         /* open before NetGuard: counts are from that moment (ng_sk_base) */
	NG_SOCK_ESTABLISHED = 4,    /* the handshake was completed */
	NG_SOCK_WILDCARD = 8,       /* the listener is bound to any address */
	NG_SOCK_NO_STORAGE = 16,    /* closed without an identity record: no pid, counts not ours */
	NG_SOCK_LATE = 32,          /* emitted at destroy because the close was not */
	NG_SOCK_NO_PORT = 64,       /* closed from SYN_SENT before a port was bound: no packet was sent */
};

/* A TCP socket in full: final record through the ring, live ones in struct ng_live_new. */
struct ng_sock_record {
	__u32 kind;
	__u8 state;                 /* TCP_* now; for a final record the state it left */
	__u8 role;
	__u16 flags;
	__u64 cookie;
	__u64 cgroup_id;
	__u64 now_ns;               /* boot time */
	__u64 start_ns;
	__u64 rx_bytes;             /* payload, without the peer's FIN */
	__u64 tx_bytes;             /* payload sent once: bytes_sent - bytes_retrans */
	__u32 rx_segs;
	__u32 tx_segs;
	__u32 retrans_segs;
	__u32 unacked_bytes;
	__u32 srtt_us;
	__u32 generation;
	__u32 netns;
	__u32 pid;
	__u16 lport;                /* host order */
	__u16 rport;                /* host order */
	__u16 error;                /* sk_err */
	__u16 pad0;
	struct ng_addr laddr;
	struct ng_addr raddr;
	char comm[NG_COMM_LEN];
};

/* Counters of a socket older than NetGuard at the moment it was found; 0 for others. */
struct ng_sock_base {
	__u64 rx_bytes;
	__u64 tx_bytes;
	__u32 rx_segs;
	__u32 tx_segs;
	__u32 retrans_segs;
	__u32 pad0;
};

/* A live socket in full, through the mmapable array ng_live_new: the first time, and until its handshake is finished. */
struct ng_live_new {
	struct ng_sock_record sock;
	struct ng_sock_base base;   /* is subtracted above, not in ng_live_record */
};

/* A live socket that user space knows already, through the mmapable array ng_live: only what moves. */
struct ng_live_record {
	__u64 cookie;
	__u64 rx_bytes;             /* these as in ng_sock_record, but since the socket began */
	__u64 tx_bytes;
	__u32 rx_segs;
	__u32 tx_segs;
	__u32 retrans_segs;
	__u32 unacked_bytes;
	__u32 srtt_us;
	__u32 generation;
};

/* One pass of the iterator. User space writes the first three before it, and zero to the rest. */
struct ng_live_header {
	__u32 pass;
	__u32 sweep;                /* 1 to 255; a socket stored under another number is stored although it did not move */
	__u32 room;                 /* new sockets that user space can take; the kernel counts it down */
	__u32 count;                /* records written to ng_live */
	__u32 count_new;            /* records written to ng_live_new */
	__u32 overflow;             /* sockets known already that found no room: they come in the next pass, */
	__u32 overflow_new;         /* and so do those that nobody has heard of */
	__u32 seen;                 /* all sockets visited, moved or not */
	__u64 now_ns;               /* boot time at the first socket: reading it for each would cost half as much again */
};

/* Listener group: all sockets of one (network namespace, address, port), v4 and v6. A wildcard of either family is 0. */
struct ng_listener_key {
	__u32 netns;
	__u16 port;                 /* host order */
	__u16 pad0;
	struct ng_addr addr;
};

#define NG_HLL_REGISTERS 64
#define NG_SAMPLES 8

struct ng_listener_value {
	__u64 cgroup_id;
	__u64 syns;                 /* first SYNs only */
	__u64 syn_retrans;
	__u64 queue_full;           /* first SYNs that met a full accept queue */
	__u64 completed;            /* children SYN_RECV -> ESTABLISHED */
	__u64 acks;
	__u64 odd_flags;
	__u64 window_ns;            /* start of the current window */
	__u32 window_syns;
	__u32 window_fire;          /* next count at which an event is raised: doubles */
	__u32 half_open;            /* sums over the group's sockets, as of the last pass of the socket iterator; */
	__u32 accept_queue;         /* in an event: of the socket that took the SYN */
	__u32 backlog;
	__u32 sockets;
	__u32 pass;
	__u32 pad0;
	__u8 hll[NG_HLL_REGISTERS]; /* sources of this window */
	struct ng_addr sample[NG_SAMPLES];
};

struct ng_listener_event {
	__u32 kind;
	__u32 window_syns;
	__u64 now_ns;
	struct ng_listener_key key;
	struct ng_listener_value value;
};

struct ng_syn_source_event {
	__u32 kind;
	__u32 window_ms;
	__u64 now_ns;
	__u64 cgroup_id;
	struct ng_listener_key key;
	struct ng_addr source;
	__u32 syns;                 /* when the limit was crossed */
	__u32 completed;            /* limits.grace_ms later */
};

/* Exact totals of what is not TCP, per cgroup: few keys, never evicted by a flood. */
struct ng_total_key {
	__u64 cgroup_id;
	__u8 protocol;              /* IPPROTO_*; 255 for the rest */
	__u8 loopback;
	__u16 pad0;
	__u32 pad1;
};

/* One cache line, in the mmapable array ng_totals. */
struct ng_total_value {
	struct ng_total_key key;    /* whose it is; a cgroup id of all ones: nobody's */
	__u64 rx_packets;
	__u64 rx_bytes;
	__u64 tx_packets;
	__u64 tx_bytes;
	__u64 overflow;             /* packets whose conversation had no room */
	__u32 room4;                /* conversations that may still begin, over IPv4 and IPv6; user space renews it each tick */
	__u32 room6;
};

/* The first slots of ng_totals are of cgroup 0: packets are counted there whose cgroup found no room. */
enum ng_total_slot {
	NG_OVERFLOW_TOTALS = 10,
};

struct ng_conv_key {
	__u64 cgroup_id;
	struct ng_addr laddr;
	struct ng_addr raddr;
	__u16 lport;                /* host order; ICMP: type */
	__u16 rport;                /* host order; ICMP: code */
	__u8 protocol;
	__u8 loopback;
	__u16 pad0;
};

/* The same over IPv4: half as long, as hashing and comparing it is much of what a packet costs. */
struct ng_conv4_key {
	__u64 cgroup_id;
	__u32 laddr;                /* network order */
	__u32 raddr;
	__u16 lport;
	__u16 rport;
	__u8 protocol;
	__u8 loopback;
	__u16 pad0;
};

/* As long as makes an IPv4 entry, with the kernel's 48 bytes and the key, two cache lines. */
struct ng_conv_value {
	__u64 first_ns;             /* coarse monotonic clock, as all times of packets and probes */
	__u32 slot;                 /* in ng_totals; the total's key tells whether it still holds */
	__u32 opener;               /* 1: the first packet left here, 2: it arrived */
	__u64 rx_packets;
	__u64 rx_bytes;
	__u64 tx_packets;
	__u64 tx_bytes;
	__u64 sampled;              /* packets each way of which payload is sampled: the first ones, or all */
};

struct ng_drop {
	__u64 owner;                /* network namespace << 32 | enum skb_drop_reason of the running kernel; 0: nobody's */
	__u64 packets;              /* goes on when the owner changes */
};

#define NG_DROP_WAYS 8

/* Two cache lines, in the mmapable array ng_drops. */
struct ng_drop_set {
	struct ng_drop way[NG_DROP_WAYS];
};

struct ng_probe_key {
	__u32 netns;
	__u32 pad0;
	struct ng_addr source;
	struct ng_addr target;
};

/* The same over IPv4. */
struct ng_probe4_key {
	__u32 netns;
	__u32 source;               /* network order */
	__u32 target;
};

enum ng_probe_shape {
	NG_SHAPE_SYN = 0,
	NG_SHAPE_FIN = 1,
	NG_SHAPE_NULL = 2,
	NG_SHAPE_XMAS = 3,
	NG_SHAPE_ACK = 4,
	NG_SHAPE_UDP = 5,
	NG_SHAPE_RST = 6,
	NG_SHAPE_SYN_ACK = 7,
	NG_SHAPE_OTHER = 8,
	NG_SHAPES = 9,
};

struct ng_probe_value {
	__u64 ports[4];             /* 256-bit sketch of destination ports */
	__u16 last_port;            /* host order */
	__u16 pad0;
	__u32 port_bits;            /* bits set in ports */
	__u32 shape[NG_SHAPES];     /* packets; may wrap */
	__u32 fire;                 /* next port_bits at which an event is raised: doubles */
	__u64 first_ns;
};

struct ng_probe_event {
	__u32 kind;
	__u32 pad0;
	__u64 now_ns;
	struct ng_probe_key key;
	struct ng_probe_value value;
};

struct ng_cgroup_event {
	__u32 kind;
	__u32 created;              /* 1: mkdir, 0: rmdir */
	__u64 now_ns;
	__u64 cgroup_id;
	char path[NG_PATH_LEN];     /* from the root of the default hierarchy */
};

#define NG_PAYLOAD_MOST 1500

/* The head of a record of ng_payload: the sampled bytes follow it. */
struct ng_payload_event {
	__u64 now_ns;               /* boot time */
	__u64 cgroup_id;
	__u64 cookie;               /* TCP; 0: it came to a listener, whose child was not made yet */
	__u32 generation;           /* TCP: connect() again on the same socket */
	__u32 netns;                /* 0: not known (UDP) */
	__u32 offset;               /* TCP: payload of this direction before it */
	__u32 wire_bytes;           /* payload of the packet, or of the whole batch */
	__u16 bytes;                /* that follow */
	__u16 segment_bytes;        /* an offload batch: payload of each of its packets but the last; 0: one packet */
	__u16 lport;                /* host order */
	__u16 rport;
	__u8 protocol;              /* IPPROTO_TCP or IPPROTO_UDP */
	__u8 role;                  /* enum ng_role */
	__u8 sent;                  /* 1: it leaves here */
	__u8 loopback;
	__u32 pad0;
	struct ng_addr laddr;
	struct ng_addr raddr;
};

/* What is said of a port in ng_payload_cfg. */
enum ng_port_flag {
	NG_PORT_OFF = 1,            /* nothing is sampled of a service there */
	NG_PORT_DNS = 2,            /* every message is */
};

/* Changed while running. A sample costs interval_ns of a time of burst_ns that fills itself. */
struct ng_payload_config {
	__u64 interval_ns;
	__u64 burst_ns;
	__u8 port[65536];           /* enum ng_port_flag */
};

/* Thresholds, changed while running: the lowest that any namespace enables; user space applies the right one. */
struct ng_limits {
	__u32 listener_syns;        /* first SYNs per window that raise a listener event */
	__u32 source_syns;          /* first SYNs per window of one source that raise a source event */
	__u32 probe_ports;          /* distinct ports of one pair that raise a probe event */
	__u32 window_ms;
	__u32 grace_ms;             /* how long a handshake may take before it counts as not completed */
};

#endif
