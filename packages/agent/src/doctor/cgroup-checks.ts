/** The cgroup tree, and who else is attached to its top. */
import type { CgroupQuery } from '@netguard/libbpf';
import type { CgroupMount } from '../identify/cgroup-tree.ts';
import { type CheckHead, type DoctorCheck, degraded, missing, passed } from './report.ts';

export function cgroupMountCheck(found: CgroupMount | Error): DoctorCheck {
  const head = { id: 'cgroup-v2', title: 'cgroup v2 hierarchy', required: true };
  if (found instanceof Error) {
    const fix =
      'Mount it (mount -t cgroup2 none /sys/fs/cgroup/unified), or set sources.ebpf.cgroupRoot; in a container mount the host path /sys/fs/cgroup.';
    return missing(head, found.message, 'everything: sockets are named by their cgroup', fix);
  }
  const place = `${found.mountPoint} (${found.layout})`;
  if (found.wholeHost) return passed(head, place);
  return degraded(
    head,
    `${place} is not the top of the hierarchy (inode ${found.rootInode}, not 1): watching only this subtree`,
    'traffic of everything outside this subtree',
    'In a container mount the host path /sys/fs/cgroup and set sources.ebpf.cgroupRoot to it.',
  );
}

/**
 * A program that was attached at the root without BPF_F_ALLOW_MULTI shuts all others out (trap 35). `query` holds an Error
 * where nobody could be asked.
 */
export function exclusiveProgramCheck(queries: readonly (CgroupQuery | Error)[]): DoctorCheck {
  const head: CheckHead = { id: 'cgroup-exclusive', title: 'Room for cgroup programs at the root', required: false };
  const error = queries.find((query) => query instanceof Error);
  if (error) return degraded(head, `could not be asked: ${error.message}`, '', 'See the other checks.');
  const asked = queries.filter((query): query is CgroupQuery => !(query instanceof Error));
  const holders = asked.filter((query) => !query.multi).flatMap((query) => query.programs);
  if (holders.length > 0) {
    const names = holders.map((program) => `${program.programName ?? 'unnamed'} (id ${program.programId})`).join(', ');
    return missing(
      head,
      `held exclusively by ${names}`,
      'datagrams and SYN floods; TCP accounting goes on',
      'Have that program attached with BPF_F_ALLOW_MULTI, or by a link. NetGuard never removes programs of others.',
    );
  }
  const others = asked.flatMap((query) => query.programs).length;
  return passed(head, others === 0 ? 'nobody else is attached' : `${others} of others, which leave room`);
}
