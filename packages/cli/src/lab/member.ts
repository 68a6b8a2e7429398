import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { statSync } from 'node:fs';
import { type CommandResult, type RunOptions, runIn, spawnIn } from './command.ts';

export interface MemberSpawnOptions extends SpawnOptions {
  /** Another cgroup than the member's own, as a sidecar injected from outside has it. */
  readonly cgroupPath?: string;
}

export interface MemberPlace {
  /** Unique in its lab; for a pod `<namespace>.<name>`. */
  readonly id: string;
  readonly ip: string;
  readonly moreIps: readonly string[];
  readonly ip6: string | undefined;
  readonly cgroupPath: string;
  readonly netnsName: string;
  readonly netnsPath: string;
}

/** One participant of a lab: a network namespace with an address, and a cgroup. */
export class Member {
  readonly id: string;
  readonly ip: string;
  /** All its IPv4 addresses, `ip` first. */
  readonly ips: readonly string[];
  /** Present when the lab has IPv6. */
  readonly ip6: string | undefined;
  /** Directory of its container's cgroup. */
  readonly cgroupPath: string;
  /** As the kernel programs report it: the inode of the cgroup's directory. */
  readonly cgroupId: number;
  readonly netnsName: string;
  readonly netnsPath: string;
  readonly netnsInode: number;

  constructor(place: MemberPlace) {
    this.id = place.id;
    this.ip = place.ip;
    this.ips = [place.ip, ...place.moreIps];
    this.ip6 = place.ip6;
    this.cgroupPath = place.cgroupPath;
    this.cgroupId = statSync(place.cgroupPath).ino;
    this.netnsName = place.netnsName;
    this.netnsPath = place.netnsPath;
    this.netnsInode = statSync(place.netnsPath).ino;
  }

  /**
   * Starts a program inside. It ends with the lab at the latest. The child's pid is the program's own.
   * `stdio` is `pipe` unless said otherwise.
   */
  spawn(command: string, args: readonly string[] = [], options: MemberSpawnOptions = {}): ChildProcess {
    const { cgroupPath = this.cgroupPath, ...rest } = options;
    return spawnIn({ cgroupPath, netnsPath: this.netnsPath }, command, args, rest);
  }

  /**
   * Runs a command to its end: a text through the shell, a list as it stands. Never rejects for a status other than 0.
   */
  run(command: string | readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    const [program = '/bin/sh', ...args] = typeof command === 'string' ? ['/bin/sh', '-c', command] : command;
    return runIn(this, program, args, options);
  }
}
