import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findProgram } from '../../packages/cli/src/lab/requirements.ts';
import { debianBpftrace } from '../../tools/kernels/debian-bpftrace.ts';
import { ChildLines } from './child-lines.ts';

/** Bytes and packets by process, of each packet that a device hands up or takes down: what one would type to see the traffic. */
export const ONE_LINER = `tracepoint:net:netif_receive_skb { @rx[pid, comm] = sum(args.len); @rxp[pid, comm] = count(); }
tracepoint:net:net_dev_queue { @tx[pid, comm] = sum(args.len); @txp[pid, comm] = count(); }
BEGIN { printf("counting\\n"); }`;

/** A bpftrace that starts here. */
export class Bpftrace {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** The one that is installed; where it does not start, as with an LLVM that is not Debian's, Debian's own with its libraries. */
  static async find(): Promise<Bpftrace> {
    const path = findProgram('bpftrace');
    if (path !== undefined && starts(path)) return new Bpftrace(path);
    return new Bpftrace(join(await debianBpftrace(), 'bpftrace'));
  }

  /** Runs the one-liner until it is disposed. It sees its own tracefs, so none need be mounted. */
  async run(): Promise<AsyncDisposable> {
    const script = 'mount -t tracefs none /sys/kernel/tracing && exec "$0" -B line -e "$1"';
    const argv = ['-m', '/bin/sh', '-c', script, this.#path, ONE_LINER];
    const child = new ChildLines(spawn('unshare', argv, { stdio: ['ignore', 'pipe', 'pipe'] }));
    await child.until((line) => line === 'counting');
    return { [Symbol.asyncDispose]: () => child.end() };
  }
}

function starts(path: string): boolean {
  return spawnSync(path, ['--version']).status === 0;
}
