import { readFileSync } from 'node:fs';
import { NetGuardError } from '@netguard/core';

export type CgroupDriver = 'systemd' | 'cgroupfs';
export type ContainerRuntime = 'containerd' | 'crio' | 'docker';
export type QosClass = 'guaranteed' | 'burstable' | 'besteffort';

export interface KubeletPath {
  readonly driver: CgroupDriver;
  readonly runtime: ContainerRuntime;
  readonly qos: QosClass;
  readonly uid: string;
  readonly containerId: string;
}

const scopePrefix = { containerd: 'cri-containerd', crio: 'crio', docker: 'docker' } as const;

/**
 * A container's cgroup below the root, spelled as the kubelet and the container runtime spell it.
 * https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/kubelet/cm/cgroup_manager_linux.go
 */
export function kubeletCgroupPath({ driver, runtime, qos, uid, containerId }: KubeletPath): string {
  if (driver === 'cgroupfs') {
    const parent = qos === 'guaranteed' ? 'kubepods' : `kubepods/${qos}`;
    return `${parent}/pod${uid}/${runtime === 'crio' ? `crio-${containerId}` : containerId}`;
  }
  const qosName = qos === 'guaranteed' ? 'kubepods' : `kubepods-${qos}`;
  const parent = qos === 'guaranteed' ? 'kubepods.slice' : `kubepods.slice/${qosName}.slice`;
  return `${parent}/${qosName}-pod${uid.replaceAll('-', '_')}.slice/${scopePrefix[runtime]}-${containerId}.scope`;
}

/**
 * Where the version 2 hierarchy is mounted: `/sys/fs/cgroup`, or `/sys/fs/cgroup/unified` in the hybrid layout.
 * @throws NG_ERR_LAB_CGROUP when it is mounted nowhere.
 */
export function cgroup2Mount(mounts: string = readFileSync('/proc/self/mounts', 'utf8')): string {
  for (const line of mounts.split('\n')) {
    const [, path, type] = line.split(' ');
    // Blanks in a path are written \040.
    if (type === 'cgroup2' && path !== undefined) return path.replaceAll('\\040', ' ');
  }
  throw new NetGuardError('NG_ERR_LAB_CGROUP', 'looking for the cgroup version 2 hierarchy in /proc/self/mounts', {
    cause: 'not mounted',
    hint: 'Mount it: mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 none /sys/fs/cgroup/unified',
  });
}
