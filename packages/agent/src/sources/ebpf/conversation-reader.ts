import type { DatagramObservation } from '@netguard/core';
import { ngConv4Key, ngConvKey, ngConvValue as V } from '@netguard/core/abi';
import type { BpfMap } from '@netguard/libbpf';
import { MapBatch } from '@netguard/libbpf';
import type { ConversationRooms } from './conversation-rooms.ts';
import { protocolName } from './datagram-totals.ts';
import type { KernelClock } from './kernel-clock.ts';
import { address, ipv4Address, u16, u32, u64 } from './layout.ts';

/** A conversation without a packet for this long is over: reported ended and deleted from the kernel's table. */
const IDLE_MS = 30_000;
/** The same for those of a cgroup that is crowded: under a flood, of one packet each, or a resolver that is busy. */
const CROWDED_IDLE_MS = 3000;

/** How the keys of a table are laid out, and the text of an address in them. */
export interface ConversationKeys {
  readonly at: { readonly [K in keyof typeof ngConvKey]: number };
  readonly ip: (bytes: Uint8Array, offset: number) => string;
}

/** Keys of ng_convs4. Shorter than those of ng_convs6, so no id is in both. */
export const IPV4_KEYS: ConversationKeys = { at: ngConv4Key, ip: ipv4Address };
/** Keys of ng_convs6. */
export const IPV6_KEYS: ConversationKeys = { at: ngConvKey, ip: address };

/** Reads a table of conversations of what is not TCP. Totals have maps of their own and never come from here. */
export class ConversationReader {
  readonly #map: Pick<BpfMap, 'readBatch' | 'deleteRaw'>;
  readonly #keys: ConversationKeys;
  readonly #clock: KernelClock;
  readonly #rooms: ConversationRooms;
  readonly #batch = new MapBatch();
  /** Key bytes as Latin-1 → [rx packets, rx bytes, tx packets, tx bytes, first packet (ns), pass last seen, last moved (ms)]. */
  readonly #last = new Map<string, Float64Array>();
  #pass = 0;

  constructor(
    map: Pick<BpfMap, 'readBatch' | 'deleteRaw'>,
    keys: ConversationKeys,
    clock: KernelClock,
    rooms: ConversationRooms,
  ) {
    this.#map = map;
    this.#keys = keys;
    this.#clock = clock;
    this.#rooms = rooms;
  }

  /** Entries in the kernel's table at the last reading. */
  get entries(): number {
    return this.#batch.count;
  }

  /** Emits what each conversation moved since the last call; deletes those that are over. */
  read(each: (observation: DatagramObservation) => void): void {
    const count = this.#map.readBatch(this.#batch);
    const keyBytes = this.#batch.keys;
    const keys = this.#batch.keysView;
    const values = this.#batch.valuesView;
    const nowMs = this.#clock.nowMs();
    this.#pass++;
    for (let i = 0; i < count; i++) this.#conversation(keyBytes, keys, values, i, nowMs, each);
    this.#rooms.renew();
    if (this.#last.size > count + 1024) this.#forgetUnseen();
  }

  #conversation(
    keyBytes: Uint8Array,
    keys: DataView,
    values: DataView,
    index: number,
    nowMs: number,
    each: (observation: DatagramObservation) => void,
  ): void {
    const { at, ip } = this.#keys;
    const k = index * at.SIZE;
    const v = index * V.SIZE;
    const rxPackets = u64(values, v + V.rx_packets);
    const txPackets = u64(values, v + V.tx_packets);
    const id = keyText(keyBytes, k, at.SIZE);
    const firstNs = u64(values, v + V.first_ns);
    let last = this.#last.get(id);
    const isNew = last === undefined || last[4] !== firstNs;
    if (last === undefined || isNew) {
      last = new Float64Array(7);
      last[4] = firstNs;
      last[6] = nowMs;
      this.#last.set(id, last);
    }
    last[5] = this.#pass;
    const moved = rxPackets !== last[0] || txPackets !== last[2];
    if (moved) last[6] = nowMs;
    const slot = u32(values, v + V.slot);
    const ended = nowMs - (last[6] as number) >= (this.#rooms.isCrowded(slot) ? CROWDED_IDLE_MS : IDLE_MS);
    if (!ended) this.#rooms.count(slot);
    if (moved || ended) {
      const rxBytes = u64(values, v + V.rx_bytes);
      const txBytes = u64(values, v + V.tx_bytes);
      const opener = u32(values, v + V.opener);
      each({
        kind: 'datagrams',
        timeMs: nowMs,
        protocol: protocolName(keys.getUint8(k + at.protocol)),
        id,
        role: opener === 1 ? 'client' : opener === 2 ? 'server' : 'unknown',
        cgroupId: u64(keys, k + at.cgroup_id),
        local: { ip: ip(keyBytes, k + at.laddr), port: u16(keys, k + at.lport) },
        remote: { ip: ip(keyBytes, k + at.raddr), port: u16(keys, k + at.rport) },
        isNew,
        loopback: keys.getUint8(k + at.loopback) !== 0,
        delta: {
          receivedPackets: rxPackets - (last[0] as number),
          receivedBytes: rxBytes - (last[1] as number),
          sentPackets: txPackets - (last[2] as number),
          sentBytes: txBytes - (last[3] as number),
        },
        startMs: this.#clock.fromMonotonic(firstNs),
        ended,
      });
      last[0] = rxPackets;
      last[1] = rxBytes;
      last[2] = txPackets;
      last[3] = txBytes;
    }
    if (ended) {
      this.#map.deleteRaw(keyBytes.subarray(k, k + at.SIZE));
      this.#last.delete(id);
    }
  }

  #forgetUnseen(): void {
    for (const [id, last] of this.#last) if (last[5] !== this.#pass) this.#last.delete(id);
  }
}

function keyText(bytes: Uint8Array, at: number, size: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, size).toString('latin1');
}
