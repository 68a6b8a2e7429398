import { fileURLToPath } from 'node:url';
import type { DatagramTotal } from '../../../packages/agent/src/sources/ebpf/datagram-totals.ts';
import type { CgroupEvent } from '../../../packages/agent/src/sources/ebpf/source.ts';
import type { SourceStatus } from '../../../packages/agent/src/worker/messages.ts';
import type {
  ConnectionObservation,
  DatagramObservation,
  DropObservation,
  ListenerObservation,
  ProbeObservation,
} from '../../../packages/core/src/index.ts';
import { Background } from './command.ts';
import type { WatchOptions } from './watch.ts';

const CHILD = fileURLToPath(new URL('children/watch.ts', import.meta.url));

export interface Looked {
  readonly connections: readonly ConnectionObservation[];
  readonly datagrams: readonly DatagramObservation[];
  readonly probes: readonly ProbeObservation[];
  readonly drops: readonly DropObservation[];
  readonly cgroups: readonly CgroupEvent[];
  readonly listeners: readonly ListenerObservation[];
  readonly totals: readonly DatagramTotal[];
  readonly lost: Readonly<Record<string, number>>;
}

/** A source in a child, started through a wrapper such as `setpriv …` or `unshare …`. */
export class WatchChild implements AsyncDisposable {
  readonly process: Background;
  readonly status: SourceStatus;

  private constructor(process: Background, status: SourceStatus) {
    this.process = process;
    this.status = status;
  }

  static async start(options: WatchOptions, wrapper: readonly string[] = []): Promise<WatchChild> {
    const [command = '', ...args] = [...wrapper, process.execPath, CHILD, JSON.stringify(options)];
    const child = new Background(command, args);
    try {
      return new WatchChild(child, JSON.parse(await child.line()) as SourceStatus);
    } catch (error) {
      await child.end();
      throw error;
    }
  }

  /** A tick of the source, and what it observed since the last one. */
  async look(): Promise<Looked> {
    this.process.write('tick');
    return JSON.parse(await this.process.line()) as Looked;
  }

  /** Closes the source and waits for the end of its process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.finish();
  }
}
