/* A file of its own: libbpf before 1.3 does not know this section and refuses the whole object. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__u64 runs;

SEC("tcx/egress")
int count_tcx(struct __sk_buff *skb)
{
	runs++;
	return -1;
}

char LICENSE[] SEC("license") = "GPL";
