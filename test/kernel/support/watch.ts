/** The source under test, with everything that it said about one network namespace or cgroup kept in order. */

import { type Config, defaultConfig } from '../../../packages/agent/src/config/schema.ts';
import type { DatagramTotal } from '../../../packages/agent/src/sources/ebpf/datagram-totals.ts';
import { type CgroupEvent, EbpfSource, type KernelLimits } from '../../../packages/agent/src/sources/ebpf/source.ts';
import type {
  ConnectionObservation,
  DatagramObservation,
  DropObservation,
  ListenerObservation,
  Observation,
  PayloadObservation,
  ProbeObservation,
  SynSourceObservation,
} from '../../../packages/core/src/index.ts';
import { cgroupRoot } from './own-cgroup.ts';
import { waitFor } from './wait-for.ts';

export type EbpfSettings = Config['sources']['ebpf'];

export const LIMITS: KernelLimits = {
  listenerSyns: 1_000_000,
  sourceSyns: 1_000_000,
  probePorts: 1_000_000,
  windowMs: 1000,
  graceMs: 100,
};

export interface WatchOptions {
  readonly settings?: Partial<EbpfSettings>;
  readonly payload?: Partial<Config['payload']>;
  readonly limits?: Partial<KernelLimits>;
  /** Only observations that have a namespace, and only of this one. */
  readonly netns?: number;
  /** A cgroup to watch instead of the whole host. */
  readonly root?: string;
  /** Only datagrams of this cgroup. */
  readonly cgroupId?: number;
}

export class Watch {
  readonly source: EbpfSource;
  readonly connections: ConnectionObservation[] = [];
  readonly datagrams: DatagramObservation[] = [];
  readonly listeners: ListenerObservation[] = [];
  readonly synSources: SynSourceObservation[] = [];
  readonly drops: DropObservation[] = [];
  readonly probes: ProbeObservation[] = [];
  /** Of the namespace where it is known, else of the cgroup; with bytes of their own. */
  readonly payloads: PayloadObservation[] = [];
  readonly cgroups: CgroupEvent[] = [];
  /** By protocol, loopback apart: as the last tick told them. */
  readonly totals = new Map<string, DatagramTotal>();
  /** Of all cgroups that are watched, as the last tick told them. */
  allTotals: DatagramTotal[] = [];
  /** By address and port, as the last tick told them. */
  readonly groups = new Map<string, ListenerObservation>();
  readonly config: Config;
  readonly #options: WatchOptions;

  constructor(options: WatchOptions = {}) {
    this.#options = options;
    const base = defaultConfig();
    this.config = {
      ...base,
      payload: { ...base.payload, ...options.payload },
      sources: { ...base.sources, ebpf: { ...base.sources.ebpf, ...options.settings } },
    };
    this.source = new EbpfSource(
      this.config,
      options.root ?? cgroupRoot,
      { ...LIMITS, ...options.limits },
      {
        observe: (seen) => this.#observe(seen),
        cgroup: (event) => this.cgroups.push(event),
        datagramTotal: (total) => {
          if (!this.#ofCgroup(total.cgroupId)) return;
          this.totals.set(`${total.protocol}${total.loopback ? ' loopback' : ''}`, total);
          this.allTotals = this.allTotals.filter((each) => !sameTotal(each, total)).concat(total);
        },
        listener: (seen) => {
          if (this.#ofNetns(seen.netns)) this.groups.set(`${seen.local.ip}:${seen.local.port}`, seen);
        },
      },
    );
  }

  /** Final records only. */
  closed(): ConnectionObservation[] {
    return this.connections.filter((seen) => seen.phase === 'closed');
  }

  /** What was lost, by where. Samples of payload are none of it: those that are too many are left out by choice. */
  lost(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.source.lost()).filter(([source]) => !source.startsWith('payload_')));
  }

  /** Looks until `condition` holds. */
  until<T>(what: string, condition: () => T | false | undefined, limitMs?: number): Promise<T> {
    return waitFor(
      what,
      () => {
        this.source.tick();
        return condition();
      },
      limitMs,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source.close();
  }

  #ofNetns(netns: number): boolean {
    return this.#options.netns === undefined || this.#options.netns === netns;
  }

  #ofCgroup(id: number): boolean {
    return this.#options.cgroupId === undefined || this.#options.cgroupId === id;
  }

  #observe(seen: Observation): void {
    switch (seen.kind) {
      case 'connection':
        if (this.#ofNetns(seen.netns)) this.connections.push(seen);
        break;
      case 'datagrams':
        if (this.#ofCgroup(seen.cgroupId)) this.datagrams.push(seen);
        break;
      case 'listener':
        if (this.#ofNetns(seen.netns)) this.listeners.push(seen);
        break;
      case 'syn-source':
        if (this.#ofNetns(seen.netns)) this.synSources.push(seen);
        break;
      case 'drop':
        if (this.#ofNetns(seen.netns)) this.drops.push(seen);
        break;
      case 'probe':
        if (this.#ofNetns(seen.netns)) this.probes.push(seen);
        break;
      case 'payload':
        if (seen.netns === 0 ? this.#ofCgroup(seen.cgroupId) : this.#ofNetns(seen.netns))
          this.payloads.push({ ...seen, bytes: seen.bytes.slice() });
        break;
      case 'loss':
        break;
    }
  }
}

function sameTotal(a: DatagramTotal, b: DatagramTotal): boolean {
  return a.cgroupId === b.cgroupId && a.protocol === b.protocol && a.loopback === b.loopback;
}
