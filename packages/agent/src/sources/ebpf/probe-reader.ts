import type { ProbeObservation, ProbeShape } from '@netguard/core';
import { ngProbeEvent as E, ngProbe4Key, ngProbeKey, ngProbeValue as V } from '@netguard/core/abi';
import type { BpfMap } from '@netguard/libbpf';
import { MapBatch } from '@netguard/libbpf';
import type { KernelClock } from './kernel-clock.ts';
import { address, ipv4Address, isIpv4, u16, u32, u64 } from './layout.ts';

/** In the order of enum ng_probe_shape. */
const SHAPES: readonly ProbeShape[] = ['syn', 'fin', 'null', 'xmas', 'ack', 'udp', 'rst', 'synAck', 'other'];
const IDLE_MS = 120_000;

interface Seen {
  /** 0 while the kernel is making the entry. */
  readonly firstNs: number;
  /** Packets by shape, modulo 2^32. */
  readonly shapes: readonly number[];
  /** When the pair last moved. */
  readonly movedMs: number;
}

type ProbeMap = Pick<BpfMap, 'readBatch' | 'deleteRaw'>;

/** How the keys of a table are laid out, and the text of an address in them. */
interface ProbeKeys {
  readonly at: { readonly [K in keyof typeof ngProbeKey]: number };
  readonly ip: (bytes: Uint8Array, offset: number) => string;
  /** The table's key of the `struct ng_probe_key` at `offset`. */
  readonly of: (bytes: Uint8Array, offset: number) => Uint8Array;
}

const IPV4_KEYS: ProbeKeys = { at: ngProbe4Key, ip: ipv4Address, of: shortKey };
const IPV6_KEYS: ProbeKeys = {
  at: ngProbeKey,
  ip: address,
  of: (bytes, offset) => bytes.slice(offset, offset + ngProbeKey.SIZE),
};

/** Reads packets that found no socket, folded in the kernel by source and target, in a table a family. */
export class ProbeReader {
  readonly #clock: KernelClock;
  readonly #ipv4: ProbeTable;
  readonly #ipv6: ProbeTable;

  constructor(ipv4: ProbeMap, ipv6: ProbeMap, clock: KernelClock) {
    this.#clock = clock;
    this.#ipv4 = new ProbeTable(ipv4, IPV4_KEYS, clock);
    this.#ipv6 = new ProbeTable(ipv6, IPV6_KEYS, clock);
  }

  /** Entries in the kernel's two tables at the last reading. */
  get entries(): { readonly ipv4: number; readonly ipv6: number } {
    return { ipv4: this.#ipv4.entries, ipv6: this.#ipv6.entries };
  }

  /** `struct ng_probe_event`. */
  event(bytes: Uint8Array, view: DataView, at: number): ProbeObservation | undefined {
    const timeMs = this.#clock.fromBoot(u64(view, at + E.now_ns));
    const table = isIpv4(bytes, at + E.key_target) ? this.#ipv4 : this.#ipv6;
    return table.event(bytes, at + E.key_netns, view, at + E.value_ports, timeMs);
  }

  /** Pairs that moved since the last call; idle ones are deleted, evicted ones forgotten. */
  read(each: (observation: ProbeObservation) => void): void {
    this.#ipv4.read(each);
    this.#ipv6.read(each);
  }
}

class ProbeTable {
  readonly #map: ProbeMap;
  readonly #keys: ProbeKeys;
  readonly #clock: KernelClock;
  readonly #batch = new MapBatch();
  #last = new Map<string, Seen>();

  constructor(map: ProbeMap, keys: ProbeKeys, clock: KernelClock) {
    this.#map = map;
    this.#keys = keys;
    this.#clock = clock;
  }

  get entries(): number {
    return this.#batch.count;
  }

  event(bytes: Uint8Array, k: number, view: DataView, v: number, timeMs: number): ProbeObservation | undefined {
    const key = this.#keys.of(bytes, k);
    const keyView = new DataView(key.buffer);
    return this.#observe(key, keyView, 0, view, v, timeMs, 'threshold', this.#last);
  }

  read(each: (observation: ProbeObservation) => void): void {
    const count = this.#map.readBatch(this.#batch);
    const { keys } = this.#batch;
    const keyView = this.#batch.keysView;
    const valueView = this.#batch.valuesView;
    const nowMs = this.#clock.nowMs();
    const size = this.#keys.at.SIZE;
    const next = new Map<string, Seen>();
    for (let i = 0; i < count; i++) {
      const k = i * size;
      const seen = this.#observe(keys, keyView, k, valueView, i * V.SIZE, nowMs, 'tick', next);
      if (seen) each(seen);
      if (nowMs - (next.get(idOf(keys, k, size))?.movedMs ?? nowMs) > IDLE_MS)
        this.#map.deleteRaw(keys.subarray(k, k + size));
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
    const { at, ip } = this.#keys;
    const id = idOf(keys, k, at.SIZE);
    const firstNs = u64(view, v + V.first_ns);
    const known = this.#last.get(id);
    /* Another first packet: the pair was evicted and came again. */
    const before = known && (known.firstNs === firstNs || known.firstNs === 0) ? known : undefined;
    const shapes = SHAPES.map((_, i) => u32(view, v + V.shape + i * 4));
    const delta = {} as Record<ProbeShape, number>;
    let packets = 0;
    for (const [i, shape] of SHAPES.entries()) {
      const more = before === undefined ? (shapes[i] as number) : ((shapes[i] as number) - before.shapes[i]!) | 0;
      if (more < 0) {
        /* An event from before the last reading, which has told of its packets. */
        if (known !== undefined) into.set(id, known);
        return undefined;
      }
      delta[shape] = more;
      packets += more;
    }
    into.set(id, { firstNs, shapes, movedMs: packets > 0 || !before ? timeMs : before.movedMs });
    if (packets === 0) return undefined;
    return {
      kind: 'probe',
      timeMs,
      trigger,
      netns: u32(keyView, k + at.netns),
      sourceIp: ip(keys, k + at.source),
      targetIp: ip(keys, k + at.target),
      packets,
      distinctPorts: linearCount(u32(view, v + V.port_bits)),
      lastPort: u16(view, v + V.last_port),
      shapes: delta,
      firstMs: this.#clock.fromMonotonic(firstNs),
    };
  }
}

function shortKey(bytes: Uint8Array, offset: number): Uint8Array {
  const key = new Uint8Array(ngProbe4Key.SIZE);
  const copy = (to: number, from: number) => key.set(bytes.subarray(offset + from, offset + from + 4), to);
  copy(ngProbe4Key.netns, ngProbeKey.netns);
  copy(ngProbe4Key.source, ngProbeKey.source + 12);
  copy(ngProbe4Key.target, ngProbeKey.target + 12);
  return key;
}

function idOf(keys: Uint8Array, at: number, size: number): string {
  return Buffer.from(keys.buffer, keys.byteOffset + at, size).toString('latin1');
}

/** Linear counting over 256 bits (Whang et al. 1990): n = −m·ln(unset/m); a full sketch says "at least 1,419". */
function linearCount(bits: number): number {
  const unset = 256 - bits;
  return Math.round(-256 * Math.log((unset || 1) / 256));
}
