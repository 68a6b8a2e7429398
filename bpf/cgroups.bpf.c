// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The coming and going of cgroups: with three capabilities an id cannot be turned into a path afterwards. */
#include <netguard/kernel.h>
#include <netguard/event.h>
#include <netguard/loss.h>
#include <netguard/ring.h>

static __always_inline int cgroup_changed(struct cgroup *cgroup, const char *path, __u32 created)
{
	struct ng_cgroup_event *event;

	if (cgroup->root->hierarchy_id != 0) /* v1 hierarchies pass here too, and their ids collide with ours */
		return 0;
	event = bpf_ringbuf_reserve(&ng_events, sizeof(*event), 0);
	if (!event)
		return count_lost(NG_LOST_CGROUP_RING);
	event->kind = NG_EVENT_CGROUP;
	event->created = created;
	event->now_ns = bpf_ktime_get_boot_ns();
	event->cgroup_id = cgroup->kn->id;
	if (bpf_probe_read_kernel_str(event->path, sizeof(event->path), path) < 0)
		event->path[0] = 0;
	bpf_ringbuf_submit(event, routine_wakeup());
	return 0;
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(ng_cgroup_mkdir, struct cgroup *cgroup, const char *path)
{
	return cgroup_changed(cgroup, path, 1);
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(ng_cgroup_rmdir, struct cgroup *cgroup, const char *path)
{
	return cgroup_changed(cgroup, path, 0);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
