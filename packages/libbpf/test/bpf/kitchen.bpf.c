/* Maps and programs for the tests of this package: one of everything that a test needs. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define ENTRIES 65536

const volatile __u32 scale = 1;
const volatile __u64 big = 0;
const volatile _Bool enabled = 0;
const volatile struct { __u16 low, high; } range = { 1, 2 };
__u64 total = 5;
__u64 runs;

enum color { RED, GREEN = 7, BLUE = -1 };

struct inner { __u8 mac[6]; __u16 port; };
struct record {
	char comm[16];
	__u64 stamp_ns;
	__s64 delta;
	__u32 id;
	enum color color;
	_Bool flag;
	__u8 prefix : 3;
	__s8 level : 4;
	__u16 wide[3];
	struct inner inner;
	union { __u32 v4; __u8 bytes[4]; };
};

struct key { __u32 a; __u32 b; };

struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, ENTRIES); __type(key, struct key); __type(value, __u64); } hash SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 16); __type(key, __u32); __type(value, struct record); } records SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_LRU_HASH); __uint(max_entries, 128); __type(key, __u32); __type(value, __u32); } lru SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_HASH); __uint(max_entries, ENTRIES); __type(key, __u32); __type(value, __u32); } percpu SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 4); __type(key, __u32); __type(value, __u64); } percpu_array SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 8); __type(key, __u32); __type(value, __u64); } array SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1000); __type(key, __u32); __type(value, __u64); __uint(map_flags, BPF_F_MMAPABLE); } mapped SEC(".maps");
struct lpm_key { __u32 prefixlen; __u8 address[4]; };
struct { __uint(type, BPF_MAP_TYPE_LPM_TRIE); __uint(max_entries, 64); __type(key, struct lpm_key); __type(value, __u32); __uint(map_flags, BPF_F_NO_PREALLOC); } trie SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_QUEUE); __uint(max_entries, 8); __type(value, __u32); } queue SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_STACK); __uint(max_entries, 8); __type(value, __u32); } stack SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_BLOOM_FILTER); __uint(max_entries, 64); __type(value, __u32); } bloom SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 65536); } ring SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } small_ring SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_SK_STORAGE); __uint(map_flags, BPF_F_NO_PREALLOC); __type(key, int); __type(value, __u64); } sockets SEC(".maps");
struct inner_map { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } inner_a SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS); __uint(max_entries, 4); __type(key, __u32); __array(values, struct inner_map); } outer SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 2); __type(key, __u32); __type(value, __u32); } jumps SEC(".maps");

__u64 dropped;
__u64 sequence;

struct burst { __u32 count; __u32 bytes; __u32 discard_every; __u32 pad; };
struct event { __u64 seq; __u32 length; __u32 check; };

static long emit_one(__u32 index, void *argument)
{
	struct burst *burst = argument;
	struct event *event;
	__u64 seq = sequence;

	if (burst->bytes > 64)
		event = bpf_ringbuf_reserve(&ring, 1000, 0);
	else if (burst->bytes > 16)
		event = bpf_ringbuf_reserve(&ring, 37, 0);
	else
		event = bpf_ringbuf_reserve(&ring, 16, 0);
	if (!event) {
		dropped++;
		return 0;
	}
	if (burst->discard_every && index % burst->discard_every == 0) {
		bpf_ringbuf_discard(event, 0);
		return 0;
	}
	sequence = seq + 1;
	event->seq = seq;
	event->length = burst->bytes;
	event->check = (__u32)seq ^ 0x5a5a5a5a;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/* One syscall, many records: BPF_PROG_TEST_RUN of a syscall program with a burst as context. */
SEC("syscall")
int emit(struct burst *burst)
{
	struct burst copy = { burst->count, burst->bytes, burst->discard_every, 0 };

	bpf_loop(copy.count, emit_one, &copy, 0);
	return 0;
}

SEC("xdp")
int pass(struct xdp_md *ctx)
{
	runs++;
	total += scale;
	return enabled ? XDP_DROP : XDP_PASS;
}

SEC("cgroup_skb/egress")
int count_egress(struct __sk_buff *skb)
{
	__u64 *slot;
	__u32 zero = 0;

	slot = bpf_map_lookup_elem(&array, &zero);
	if (slot)
		__sync_fetch_and_add(slot, 1);
	slot = bpf_map_lookup_elem(&mapped, &zero);
	if (slot)
		__sync_fetch_and_add(slot, 1);
	return 1;
}

/* An egress program that may replace count_egress on its link. */
SEC("cgroup_skb/egress")
int count_twice(struct __sk_buff *skb)
{
	__u64 *slot;
	__u32 zero = 0;

	slot = bpf_map_lookup_elem(&array, &zero);
	if (slot)
		__sync_fetch_and_add(slot, 1000);
	return 1;
}

struct bpf_iter_meta { struct seq_file *seq; __u64 session_id; __u64 seq_num; } __attribute__((preserve_access_index));
struct bpf_iter__bpf_map_elem { struct bpf_iter_meta *meta; struct bpf_map *map; void *key; void *value; } __attribute__((preserve_access_index));
struct task_struct { int pid; int tgid; } __attribute__((preserve_access_index));
struct bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; } __attribute__((preserve_access_index));

SEC("iter/bpf_map_elem")
int dump_hash(struct bpf_iter__bpf_map_elem *ctx)
{
	struct key *key = ctx->key;
	__u64 *value = ctx->value;
	struct { __u32 a, b; __u64 value; } row;

	if (!key || !value)
		return 0;
	row.a = key->a;
	row.b = key->b;
	row.value = *value;
	bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	return 0;
}

SEC("iter/task")
int dump_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	int tgid;

	if (!task)
		return 0;
	tgid = task->tgid;
	bpf_seq_write(ctx->meta->seq, &tgid, sizeof(tgid));
	return 0;
}

SEC("tp_btf/sys_enter")
int enter(void *ctx)
{
	return 0;
}

/* Every system call of the machine passes here, so it does nothing unless it is enabled. */
SEC("raw_tp/sys_enter")
int raw_enter(void *ctx)
{
	if (enabled)
		__sync_fetch_and_add(&runs, 1);
	return 0;
}

struct record *keep_record_type;
char LICENSE[] SEC("license") = "GPL";
