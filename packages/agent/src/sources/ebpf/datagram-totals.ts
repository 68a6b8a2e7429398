import type { DatagramObservation } from '@netguard/core';
import { ngTotalKey as K, NG_OVERFLOW_TOTALS, ngTotalValue as V } from '@netguard/core/abi';
import type { BpfMap } from '@netguard/libbpf';
import { MapBatch } from '@netguard/libbpf';
import { u32, u64 } from './layout.ts';

export type DatagramProtocol = DatagramObservation['protocol'];

/** Exact absolute counters of one cgroup and protocol since the programs were loaded. */
export interface DatagramTotal {
  readonly cgroupId: number;
  readonly protocol: DatagramProtocol;
  readonly loopback: boolean;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly receivedPackets: number;
  readonly sentPackets: number;
  /** Packets counted here that are in no conversation, because the table was full. */
  readonly withoutConversation: number;
}

/** The maps of bpf/include/netguard/packet_total.h. */
export interface TotalMaps {
  /** ng_totals. */
  readonly values: Pick<BpfMap, 'mmap'>;
  /** ng_total_slots. */
  readonly slots: Pick<BpfMap, 'readBatch' | 'setRaw' | 'deleteRaw'>;
  /** ng_total_free. */
  readonly free: Pick<BpfMap, 'push'>;
}

/** Protocols that have an overflow of their own, and 255 for the rest. */
const OVERFLOW_PROTOCOLS = [1, 17, 58, 132, 255];
const WORDS = V.SIZE / 8;
const NOBODY = 0xffff_ffff_ffff_ffffn;

export function protocolName(protocol: number): DatagramProtocol {
  switch (protocol) {
    case 17:
      return 'UDP';
    case 1:
    case 58:
      return 'ICMP';
    case 132:
      return 'SCTP';
  }
  return 'OTHER';
}

/** Totals of what is not TCP: a slot each, found through a hash, read in place. */
export class DatagramTotals {
  readonly #maps: TotalMaps;
  readonly #bytes: Uint8Array;
  /** The same memory: an aligned 64-bit load is never half of a number that is being counted up. */
  readonly #words: BigUint64Array;
  readonly #batch = new MapBatch();
  /** Slots deleted since the last reading. */
  #leaving: number[] = [];

  /** To be made before the programs are attached, while nothing else can take the first slots. */
  constructor(maps: TotalMaps) {
    this.#maps = maps;
    this.#bytes = maps.values.mmap();
    this.#words = new BigUint64Array(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength >>> 3);
    for (let slot = 0; slot < NG_OVERFLOW_TOTALS; slot++) this.#makeOverflow(slot);
  }

  /** ng_totals, mapped. */
  get memory(): Uint8Array {
    return this.#bytes;
  }

  /** Entries at the last reading. */
  get entries(): number {
    return this.#batch.count;
  }

  /** Calls `each` once per cgroup, protocol name and loopback; ICMP and ICMPv6 are one protocol here. */
  read(each: (total: DatagramTotal) => void): void {
    this.#giveBack();
    const count = this.#maps.slots.readBatch(this.#batch);
    const { keysView, valuesView } = this.#batch;
    const sums = new Map<string, Writable<DatagramTotal>>();
    for (let i = 0; i < count; i++) {
      const k = i * K.SIZE;
      const cgroupId = u64(keysView, k + K.cgroup_id);
      const protocol = protocolName(keysView.getUint8(k + K.protocol));
      const loopback = keysView.getUint8(k + K.loopback) !== 0;
      const id = `${cgroupId}|${protocol}|${loopback}`;
      const sum = sums.get(id) ?? emptyTotal(cgroupId, protocol, loopback);
      sums.set(id, sum);
      const slot = u32(valuesView, i * 4);
      sum.receivedPackets += this.#counter(slot, V.rx_packets);
      sum.receivedBytes += this.#counter(slot, V.rx_bytes);
      sum.sentPackets += this.#counter(slot, V.tx_packets);
      sum.sentBytes += this.#counter(slot, V.tx_bytes);
      sum.withoutConversation += this.#counter(slot, V.overflow);
    }
    for (const sum of sums.values()) if (sum.receivedPackets + sum.sentPackets > 0) each(sum);
  }

  /** Deletes a cgroup's totals, ten minutes after it went; its slots find new owners after the next reading. */
  delete(cgroupId: number): void {
    const { keys, keysView, valuesView, count } = this.#batch;
    for (let i = 0; i < count; i++) {
      const k = i * K.SIZE;
      if (u64(keysView, k + K.cgroup_id) !== cgroupId) continue;
      const slot = u32(valuesView, i * 4);
      if (slot < NG_OVERFLOW_TOTALS || !this.#maps.slots.deleteRaw(keys.subarray(k, k + K.SIZE))) continue;
      /* A conversation that remembers the slot, of a socket that outlived its cgroup, looks for another now. */
      this.#words[slot * WORDS] = NOBODY;
      this.#leaving.push(slot);
    }
  }

  /** A tick later no program can be on its way any more from finding a slot to counting in it. */
  #giveBack(): void {
    for (const slot of this.#leaving) this.#maps.free.push(slot);
    this.#leaving = [];
  }

  #counter(slot: number, field: number): number {
    return Number(this.#words[slot * WORDS + field / 8]);
  }

  #makeOverflow(slot: number): void {
    const key = this.#bytes.subarray(slot * V.SIZE, slot * V.SIZE + K.SIZE);
    key[K.protocol] = OVERFLOW_PROTOCOLS[slot >>> 1] as number;
    key[K.loopback] = slot & 1;
    this.#maps.slots.setRaw(key.slice(), new Uint8Array(Uint32Array.of(slot).buffer));
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function emptyTotal(cgroupId: number, protocol: DatagramProtocol, loopback: boolean): Writable<DatagramTotal> {
  return {
    cgroupId,
    protocol,
    loopback,
    receivedBytes: 0,
    sentBytes: 0,
    receivedPackets: 0,
    sentPackets: 0,
    withoutConversation: 0,
  };
}
