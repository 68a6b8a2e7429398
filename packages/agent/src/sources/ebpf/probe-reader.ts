import type { ProbeObservation, ProbeShape } from '@netguard/core';
import { ngProbeEvent as E, ngProbeKey as K, ngProbeValue as V } from '@netguard/core/abi';
import type { BpfMap } from '@netguard/libbpf';
import { MapBatch } from '@netguard/libbpf';
import type { KernelClock } from './kernel-clock.ts';
import { address, u16, u32, u64 } from './layout.ts';

/** In the order of enum ng_probe_shape. */
const SHAPES: readonly ProbeShape[] = ['syn', 'fin', 'null', 'xmas', 'ack', 'udp', 'rst', 'synAck', 'other'];
const IDLE_MS = 120_000;

interface Seen {
  readonly packets: number;
  readonly shapes: readonly number[];
  /** When the pair last moved. */
  readonly movedMs: number;
}

/** Reads packets that found no socket, folded in the kernel by source and target. */
export class ProbeReader {
  readonly #map: BpfMap;
  readonly #clock: KernelClock;
  readonly #batch = new MapBatch();
  #last = new Map<string, Seen>();

  constructor(map: BpfMap, clock: KernelClock) {
    this.#map = map;
    this.#clock = clock;
  }

  get entries(): number {
    return this.#batch.count;
  }

  /** `struct ng_probe_event`. */
  event(bytes: Uint8Array, view: DataView, at: number): ProbeObservation | undefined {
    const timeMs = this.#clock.fromBoot(u64(view, at + E.now_ns));
    return this.#observe(bytes, view, at + E.key_netns, view, at + E.value_first_ns, timeMs, 'threshold', this.#last);
  }

  /** Pairs that moved since the last call; idle ones are deleted, evicted ones forgotten. */
  read(each: (observation: ProbeObservation) => void): void {
    const count = this.#map.readBatch(this.#batch);
    const { keys } = this.#batch;
    const keyView = this.#batch.keysView;
    const valueView = this.#batch.valuesView;
    const nowMs = this.#clock.nowMs();
    const next = new Map<string, Seen>();
    for (let i = 0; i < count; i++) {
      const k = i * K.SIZE;
      const v = i * V.SIZE;
      const seen = this.#observe(keys, keyView, k, valueView, v, nowMs, 'tick', next);
      if (seen) each(seen);
      if (nowMs - (next.get(idOf(keys, k))?.movedMs ?? nowMs) > IDLE_MS)
        this.#map.deleteRaw(keys.subarray(k, k + K.SIZE));
    }
    this.#last = next;
  }

  #observe(
    keys: Uint8Array,
    keyView: DataView,
    k: number,
    view: DataView,
    v: number,
    timeMs: number,
    trigger: 'threshold' | 'tick',
    into: Map<string, Seen>,
  ): ProbeObservation | undefined {
    const id = idOf(keys, k);
    const firstNs = u64(view, v + V.first_ns);
    const packets = u64(view, v + V.packets);
    const known = this.#last.get(id);
    const before = known && known.packets <= packets ? known : undefined;
    const shapes = SHAPES.map((_, i) => u32(view, v + V.shape + i * 4));
    const moved = packets !== before?.packets;
    into.set(id, { packets, shapes, movedMs: moved ? timeMs : before.movedMs });
    if (!moved) return undefined;
    const delta = {} as Record<ProbeShape, number>;
    SHAPES.forEach((shape, i) => {
      delta[shape] = (shapes[i] as number) - (before?.shapes[i] ?? 0);
    });
    return {
      kind: 'probe',
      timeMs,
      trigger,
      netns: u32(keyView, k + K.netns),
      sourceIp: address(keys, k + K.source),
      targetIp: address(keys, k + K.target),
      packets: packets - (before?.packets ?? 0),
      distinctPorts: linearCount(u32(view, v + V.port_bits)),
      lastPort: u16(view, v + V.last_port),
      shapes: delta,
      firstMs: this.#clock.fromMonotonic(firstNs),
    };
  }
}

function idOf(keys: Uint8Array, at: number): string {
  return Buffer.from(keys.buffer, keys.byteOffset + at, K.SIZE).toString('latin1');
}

/** Linear counting over 256 bits (Whang et al. 1990): n = −m·ln(unset/m); a full sketch says "at least 1,419". */
function linearCount(bits: number): number {
  const unset = 256 - bits;
  return Math.round(-256 * Math.log((unset || 1) / 256));
}
