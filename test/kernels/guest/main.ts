/** Runs in the guest as root and alone: tries every program, then counts what it sends, and tells each result at once. */
import { writeFileSync, writeSync } from 'node:fs';
import { release } from 'node:os';
import { kernelCheck } from '../../../packages/agent/src/doctor/kernel-checks.ts';
import type { GuestLine } from '../report.ts';
import { countTraffic } from './count-traffic.ts';
import { refusedDaemon } from './daemon.ts';
import { exampleObjects, ownObjects, tryObject } from './try-programs.ts';

function tell(line: GuestLine): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

try {
  tell({ kind: 'kernel', release: release() });
  writeFileSync('/proc/sys/kernel/bpf_stats_enabled', '1');
  for (const object of ownObjects()) for await (const trial of tryObject(object)) tell(trial);
  if (kernelCheck(release()).status === 'fail') {
    for (const object of exampleObjects()) for await (const trial of tryObject(object)) tell(trial);
    tell(await refusedDaemon());
  } else for await (const result of countTraffic()) tell(result);
  tell({ kind: 'done' });
} catch (error) {
  tell({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
process.exit();
