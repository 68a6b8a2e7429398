import type { ListenerObservation, SynSourceObservation } from '@netguard/core';
import {
  ngListenerEvent as E,
  ngListenerKey as K,
  ngSynSourceEvent as S,
  ngListenerValue as V,
} from '@netguard/core/abi';
import type { BpfMap } from '@netguard/libbpf';
import { MapBatch } from '@netguard/libbpf';
import type { KernelClock } from './kernel-clock.ts';
import { address, u16, u32, u64 } from './layout.ts';

const REGISTERS = 64;
const SAMPLES = 8;
/** A group none of whose sockets the iterator met for this long is deleted. */
const GONE_MS = 60_000;

interface Group {
  syns: number;
  completed: number;
  other: number;
  gauges: number;
  seenMs: number;
}

/** Reads listener groups: all of them once a tick, one at a time for a judgement, and those that the kernel raises. */
export class ListenerReader {
  readonly #map: BpfMap;
  readonly #clock: KernelClock;
  readonly #batch = new MapBatch();
  readonly #known = new Map<string, Group>();
  readonly #key = new Uint8Array(K.SIZE);
  readonly #value = new Uint8Array(V.SIZE);

  constructor(map: BpfMap, clock: KernelClock) {
    this.#map = map;
    this.#clock = clock;
  }

  /** `struct ng_listener_event`. */
  event(bytes: Uint8Array, view: DataView, at: number): ListenerObservation {
    const timeMs = this.#clock.fromBoot(u64(view, at + E.now_ns));
    const seen = observation(bytes, view, at + E.key_netns, at + E.value_cgroup_id, timeMs, 'threshold');
    return { ...seen, windowSyns: u32(view, at + E.window_syns) };
  }

  /** `struct ng_syn_source_event`. */
  sourceEvent(bytes: Uint8Array, view: DataView, at: number): SynSourceObservation {
    return {
      kind: 'syn-source',
      timeMs: this.#clock.fromBoot(u64(view, at + S.now_ns)),
      cgroupId: u64(view, at + S.cgroup_id),
      netns: u32(view, at + S.key_netns),
      local: { ip: address(bytes, at + S.key_addr), port: u16(view, at + S.key_port) },
      sourceIp: address(bytes, at + S.source),
      windowMs: u32(view, at + S.window_ms),
      syns: u32(view, at + S.syns),
      completed: u32(view, at + S.completed),
    };
  }

  /** The group as it is now, for a judgement that falls due; undefined when it is gone. */
  read(netns: number, addressBytes: Uint8Array, port: number, nowMs: number): ListenerObservation | undefined {
    const keyView = new DataView(this.#key.buffer);
    keyView.setUint32(K.netns, netns, true);
    keyView.setUint16(K.port, port, true);
    this.#key.set(addressBytes, K.addr);
    if (!this.#map.getRaw(this.#key, this.#value)) return undefined;
    const both = new Uint8Array(K.SIZE + V.SIZE);
    both.set(this.#key);
    both.set(this.#value, K.SIZE);
    return observation(both, new DataView(both.buffer), 0, K.SIZE, nowMs, 'tick');
  }

  /** Every group; `moved` tells those whose counters changed since the last call. Call after a pass of the socket iterator. */
  readAll(pass: number, nowMs: number, each: (observation: ListenerObservation, moved: boolean) => void): number {
    const count = this.#map.readBatch(this.#batch);
    const { keys, values } = this.#batch;
    const joined = new Uint8Array(K.SIZE + V.SIZE);
    const view = new DataView(joined.buffer);
    for (let i = 0; i < count; i++) {
      joined.set(keys.subarray(i * K.SIZE, (i + 1) * K.SIZE));
      joined.set(values.subarray(i * V.SIZE, (i + 1) * V.SIZE), K.SIZE);
      const seen = observation(joined, view, 0, K.SIZE, nowMs, 'tick');
      each(seen, this.#note(seen, u32(view, K.SIZE + V.pass) === pass, nowMs));
    }
    this.#forgetGone(nowMs);
    return count;
  }

  #note(seen: ListenerObservation, alive: boolean, nowMs: number): boolean {
    const id = `${seen.netns}|${seen.local.ip}|${seen.local.port}`;
    const other = seen.acks + seen.oddFlags + seen.synRetransmits + seen.queueFullSyns;
    const gauges = seen.halfOpen + seen.acceptQueue;
    let group = this.#known.get(id);
    const moved =
      !group ||
      group.syns !== seen.syns ||
      group.completed !== seen.completed ||
      group.other !== other ||
      group.gauges !== gauges;
    if (!group) {
      group = { syns: 0, completed: 0, other: 0, gauges: 0, seenMs: nowMs };
      this.#known.set(id, group);
    }
    group.syns = seen.syns;
    group.completed = seen.completed;
    group.other = other;
    group.gauges = gauges;
    if (alive || moved) group.seenMs = nowMs;
    return moved;
  }

  #forgetGone(nowMs: number): void {
    for (const [id, group] of this.#known) {
      if (nowMs - group.seenMs < GONE_MS) continue;
      this.#known.delete(id);
      this.#deleteById(id);
    }
  }

  #deleteById(id: string): void {
    const { keys, count } = this.#batch;
    const view = new DataView(keys.buffer, keys.byteOffset, keys.byteLength);
    for (let i = 0; i < count; i++) {
      const at = i * K.SIZE;
      if (`${u32(view, at + K.netns)}|${address(keys, at + K.addr)}|${u16(view, at + K.port)}` !== id) continue;
      this.#map.deleteRaw(keys.subarray(at, at + K.SIZE));
    }
  }
}

function observation(
  bytes: Uint8Array,
  view: DataView,
  key: number,
  value: number,
  timeMs: number,
  trigger: 'threshold' | 'tick',
): ListenerObservation {
  return {
    kind: 'listener',
    timeMs,
    trigger,
    cgroupId: u64(view, value + V.cgroup_id),
    netns: u32(view, key + K.netns),
    local: { ip: address(bytes, key + K.addr), port: u16(view, key + K.port) },
    syns: u64(view, value + V.syns),
    synRetransmits: u64(view, value + V.syn_retrans),
    queueFullSyns: u64(view, value + V.queue_full),
    completed: u64(view, value + V.completed),
    acks: u64(view, value + V.acks),
    oddFlags: u64(view, value + V.odd_flags),
    halfOpen: u32(view, value + V.half_open),
    backlog: u32(view, value + V.backlog),
    acceptQueue: u32(view, value + V.accept_queue),
    distinctSources: distinct(bytes, value + V.hll),
    sampleSources: samples(bytes, value + V.sample, u64(view, value + V.syns)),
  };
}

/** HyperLogLog estimate with the small-range correction (Flajolet et al. 2007, figure 3); α for 64 registers is 0.709. */
function distinct(bytes: Uint8Array, at: number): number {
  let sum = 0;
  let zeros = 0;
  for (let i = 0; i < REGISTERS; i++) {
    const rank = bytes[at + i] as number;
    sum += 2 ** -rank;
    if (rank === 0) zeros++;
  }
  const raw = (0.709 * REGISTERS * REGISTERS) / sum;
  const estimate = raw <= 2.5 * REGISTERS && zeros > 0 ? REGISTERS * Math.log(REGISTERS / zeros) : raw;
  return Math.round(estimate);
}

function samples(bytes: Uint8Array, at: number, syns: number): string[] {
  const found: string[] = [];
  const count = Math.min(syns, SAMPLES);
  for (let i = count; i > 0; i--) {
    const slot = (syns - i) % SAMPLES;
    found.push(address(bytes, at + slot * 16));
  }
  return found;
}
