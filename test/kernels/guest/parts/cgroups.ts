import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupRoot } from '../../../kernel/support/own-cgroup.ts';
import type { Found, Part, Stage } from '../stage.ts';

const CGROUPS = 50;

/** Cgroups that come and go, with the inode of their directory. */
export const cgroups: Part = {
  program: 'ng_cgroup_mkdir',
  what: 'new cgroups, with path and id',
  async count({ watch }: Stage): Promise<Found[]> {
    const made = Array.from({ length: CGROUPS }, (_, i) => {
      const directory = join(cgroupRoot, `netguard-test-come-and-go-${i}`);
      mkdirSync(directory);
      const { ino } = statSync(directory);
      rmdirSync(directory);
      return `${directory.slice(cgroupRoot.length)} ${ino}`;
    });
    watch.source.drain();
    const told = (created: boolean) => {
      const events = new Set(
        watch.cgroups.flatMap((event) => (event.created === created ? [`${event.path} ${event.id}`] : [])),
      );
      return made.filter((each) => events.has(each)).length;
    };
    return [
      { program: this.program, what: this.what, sent: CGROUPS, counted: told(true), differences: [] },
      { program: 'ng_cgroup_rmdir', what: 'cgroups that went', sent: CGROUPS, counted: told(false), differences: [] },
    ];
  },
};
