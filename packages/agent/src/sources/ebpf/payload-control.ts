import { ngPayloadConfig as C, NG_PORT_DNS, NG_PORT_OFF } from '@netguard/core/abi';
import type { BpfMap } from '@netguard/libbpf';
import type { Config } from '../../config/schema.ts';

const SECOND_NS = 1e9;

/** What the kernel may sample, changed while it runs: `ng_payload_cfg` and `ng_payload_off`. */
export class PayloadControl {
  readonly #config: Pick<BpfMap, 'setRaw'>;
  readonly #off: Pick<BpfMap, 'setRaw' | 'deleteRaw' | 'clear' | 'maxEntries'>;
  readonly #cgroups = new Set<number>();
  readonly #key = new DataView(new ArrayBuffer(8));

  constructor(
    config: Pick<BpfMap, 'setRaw'>,
    off: Pick<BpfMap, 'setRaw' | 'deleteRaw' | 'clear' | 'maxEntries'>,
    settings: Config['payload'],
  ) {
    this.#config = config;
    this.#off = off;
    this.configure(settings);
  }

  /** Rate, burst and ports. Cgroups that were excluded are met again, as the namespaces may be others. */
  configure(settings: Config['payload']): void {
    const value = new Uint8Array(C.SIZE);
    const view = new DataView(value.buffer);
    const intervalNs = Math.max(1, Math.round(SECOND_NS / settings.samplesPerSecond));
    view.setBigUint64(C.interval_ns, BigInt(intervalNs), true);
    view.setBigUint64(C.burst_ns, BigInt(intervalNs * settings.burst), true);
    for (const port of settings.dnsPorts) value[C.port + port]! |= NG_PORT_DNS;
    for (const port of settings.excludePorts) value[C.port + port]! |= NG_PORT_OFF;
    this.#config.setRaw(new Uint8Array(4), value);
    this.#off.clear();
    this.#cgroups.clear();
  }

  /** Nothing more is sampled of it. In a full table there is no room, and the kernel goes on: whoever reads drops it. */
  exclude(cgroupId: number): void {
    if (this.#cgroups.has(cgroupId) || this.#cgroups.size >= this.#off.maxEntries) return;
    this.#off.setRaw(this.#keyOf(cgroupId), Uint8Array.of(1));
    this.#cgroups.add(cgroupId);
  }

  /** The cgroup is gone. */
  forget(cgroupId: number): void {
    if (this.#cgroups.delete(cgroupId)) this.#off.deleteRaw(this.#keyOf(cgroupId));
  }

  get excluded(): number {
    return this.#cgroups.size;
  }

  #keyOf(cgroupId: number): Uint8Array {
    this.#key.setBigUint64(0, BigInt(cgroupId), true);
    return new Uint8Array(this.#key.buffer);
  }
}
