import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../packages/cli/src/lab/requirements.ts';
import { ChildLines } from './child-lines.ts';

/** Bytes and packets by process, of each packet that a device hands up or takes down: what one would type to see the traffic. */
export const ONE_LINER = `tracepoint:net:netif_receive_skb { @rx[pid, comm] = sum(args.len); @rxp[pid, comm] = count(); }
tracepoint:net:net_dev_queue { @tx[pid, comm] = sum(args.len); @txp[pid, comm] = count(); }
BEGIN { printf("counting\\n"); }`;

const PT_GNU_RELRO = 0x6474e552;

/** A bpftrace that starts here, or why there is none. */
export class Bpftrace implements Disposable {
  readonly #path: string;
  readonly #copy: string | undefined;

  private constructor(path: string, copy?: string) {
    this.#path = path;
    this.#copy = copy;
  }

  /**
   * Debian 13's bpftrace 0.23 ends with a segmentation fault before main: libLLVM's initialisers write to variables that the
   * linker copied into its read-only part (RELRO). A copy of the program without that part works, so one is made.
   */
  static find(): Bpftrace | string {
    const path = findProgram('bpftrace');
    if (path === undefined) return 'it is not installed (apt-get install bpftrace)';
    if (starts(path)) return new Bpftrace(path);
    const directory = mkdtempSync(join(tmpdir(), 'netguard-bench-'));
    const copy = join(directory, 'bpftrace');
    copyFileSync(path, copy);
    chmodSync(copy, 0o755);
    withoutRelro(copy);
    if (starts(copy)) return new Bpftrace(copy, directory);
    rmSync(directory, { recursive: true });
    return 'it does not start here';
  }

  /** Runs the one-liner until it is disposed. It sees its own tracefs, so none need be mounted. */
  async run(): Promise<AsyncDisposable> {
    const script = 'mount -t tracefs none /sys/kernel/tracing && exec "$0" -B line -e "$1"';
    const argv = ['-m', '/bin/sh', '-c', script, this.#path, ONE_LINER];
    const child = new ChildLines(spawn('unshare', argv, { stdio: ['ignore', 'pipe', 'pipe'] }));
    await child.until((line) => line === 'counting');
    return { [Symbol.asyncDispose]: () => child.end() };
  }

  [Symbol.dispose](): void {
    if (this.#copy !== undefined) rmSync(this.#copy, { recursive: true });
  }
}

function starts(path: string): boolean {
  return spawnSync(path, ['--version']).status === 0;
}

/** Turns the program header of the read-only part into one that is ignored. ELF64, little-endian. */
function withoutRelro(path: string): void {
  const bytes = readFileSync(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = Number(view.getBigUint64(32, true));
  const [entry, count] = [view.getUint16(54, true), view.getUint16(56, true)];
  for (let i = 0; i < count; i++) {
    if (view.getUint32(start + i * entry, true) === PT_GNU_RELRO) view.setUint32(start + i * entry, 0, true);
  }
  writeFileSync(path, bytes);
}
