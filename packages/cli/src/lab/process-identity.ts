import { readFileSync, readlinkSync } from 'node:fs';

/** A process that cannot be mistaken for a later one with the same pid, even after a reboot. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to its start: field 22 of `/proc/<pid>/stat`. */
  readonly startTicks: number;
  readonly bootId: string;
  /** The PID namespace in which `pid` is meant, such as `pid:[4026531836]`. */
  readonly pidNamespace: string;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  const startTicks = findStartTicks('self');
  if (startTicks === undefined) throw new Error('/proc/self/stat has no start time');
  return { pid: process.pid, startTicks, bootId: bootId(), pidNamespace: pidNamespace() };
}

/** Whether a process lives; `unknown` when its PID namespace is not ours, so that nothing can be said. */
export function processState(identity: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  if (identity.bootId !== bootId()) return 'dead';
  if (identity.pidNamespace !== pidNamespace()) return 'unknown';
  return findStartTicks(String(identity.pid)) === identity.startTicks ? 'alive' : 'dead';
}

function findStartTicks(pid: string): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The second field is the command in brackets and may hold anything: count from the last bracket (field 3 follows).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  if (state === 'Z' || state === 'X') return undefined;
  return Number(fields[19]);
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
}

function pidNamespace(): string {
  return readlinkSync('/proc/self/ns/pid');
}
