import type { DatagramObservation } from '@netguard/core';
import { ngConvKey as CK, ngConvValue as CV, ngTotalKey as TK, ngTotalValue as TV } from '@netguard/core/abi';
import type { BpfMap } from '@netguard/libbpf';
import { MapBatch } from '@netguard/libbpf';
import type { KernelClock } from './kernel-clock.ts';
import { address, u16, u32, u64 } from './layout.ts';

/** A conversation without a packet for this long is over: reported ended and deleted from the kernel's table. */
const IDLE_MS = 30_000;

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

/** Reads what is not TCP. Totals come from their own map, never from the conversations. */
export class DatagramReader {
  readonly #totals: BpfMap;
  readonly #conversations: BpfMap;
  readonly #clock: KernelClock;
  readonly #totalBatch = new MapBatch();
  readonly #batch = new MapBatch();
  /** Key bytes as Latin-1 → [rx packets, rx bytes, tx packets, tx bytes, first packet (ns), pass last seen, last moved (ms)]. */
  readonly #last = new Map<string, Float64Array>();
  #pass = 0;

  constructor(totals: BpfMap, conversations: BpfMap, clock: KernelClock) {
    this.#totals = totals;
    this.#conversations = conversations;
    this.#clock = clock;
  }

  get size(): number {
    return this.#last.size;
  }

  /** Entries in the kernel's two tables at the last reading. */
  get entries(): { readonly totals: number; readonly conversations: number } {
    return { totals: this.#totalBatch.count, conversations: this.#batch.count };
  }

  /** Calls `each` once per cgroup, protocol name and loopback; ICMP and ICMPv6 are one protocol here. */
  readTotals(each: (total: DatagramTotal) => void): void {
    const count = this.#totals.readBatch(this.#totalBatch);
    const keys = this.#totalBatch.keysView;
    const values = this.#totalBatch.valuesView;
    const sums = new Map<string, Writable<DatagramTotal>>();
    for (let i = 0; i < count; i++) {
      const k = i * TK.SIZE;
      const v = i * TV.SIZE;
      const cgroupId = u64(keys, k + TK.cgroup_id);
      const protocol = protocolName(keys.getUint8(k + TK.protocol));
      const loopback = keys.getUint8(k + TK.loopback) !== 0;
      const id = `${cgroupId}|${protocol}|${loopback}`;
      const sum = sums.get(id) ?? emptyTotal(cgroupId, protocol, loopback);
      sums.set(id, sum);
      sum.receivedPackets += u64(values, v + TV.rx_packets);
      sum.receivedBytes += u64(values, v + TV.rx_bytes);
      sum.sentPackets += u64(values, v + TV.tx_packets);
      sum.sentBytes += u64(values, v + TV.tx_bytes);
      sum.withoutConversation += u64(values, v + TV.overflow);
    }
    for (const sum of sums.values()) if (sum.receivedPackets + sum.sentPackets > 0) each(sum);
  }

  /** Deletes a cgroup's totals, ten minutes after it went. */
  deleteTotals(cgroupId: number): void {
    const { keys, keysView, count } = this.#totalBatch;
    for (let i = 0; i < count; i++) {
      const k = i * TK.SIZE;
      if (u64(keysView, k + TK.cgroup_id) === cgroupId) this.#totals.deleteRaw(keys.subarray(k, k + TK.SIZE));
    }
  }

  /** Emits what each conversation moved since the last call; deletes those that are over. */
  readConversations(each: (observation: DatagramObservation) => void): void {
    const count = this.#conversations.readBatch(this.#batch);
    const keyBytes = this.#batch.keys;
    const keys = this.#batch.keysView;
    const values = this.#batch.valuesView;
    const nowMs = this.#clock.nowMs();
    this.#pass++;
    for (let i = 0; i < count; i++) this.#conversation(keyBytes, keys, values, i, nowMs, each);
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
    const k = index * CK.SIZE;
    const v = index * CV.SIZE;
    const rxPackets = u64(values, v + CV.rx_packets);
    const txPackets = u64(values, v + CV.tx_packets);
    const id = keyText(keyBytes, k);
    const firstNs = u64(values, v + CV.first_ns);
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
    const ended = nowMs - (last[6] as number) >= IDLE_MS;
    if (moved || ended) {
      const rxBytes = u64(values, v + CV.rx_bytes);
      const txBytes = u64(values, v + CV.tx_bytes);
      const opener = u32(values, v + CV.opener);
      each({
        kind: 'datagrams',
        timeMs: nowMs,
        protocol: protocolName(keys.getUint8(k + CK.protocol)),
        id,
        role: opener === 1 ? 'client' : opener === 2 ? 'server' : 'unknown',
        cgroupId: u64(keys, k + CK.cgroup_id),
        local: { ip: address(keyBytes, k + CK.laddr), port: u16(keys, k + CK.lport) },
        remote: { ip: address(keyBytes, k + CK.raddr), port: u16(keys, k + CK.rport) },
        isNew,
        loopback: keys.getUint8(k + CK.loopback) !== 0,
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
      this.#conversations.deleteRaw(keyBytes.subarray(k, k + CK.SIZE));
      this.#last.delete(id);
    }
  }

  #forgetUnseen(): void {
    for (const [id, last] of this.#last) if (last[5] !== this.#pass) this.#last.delete(id);
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

function keyText(bytes: Uint8Array, at: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, CK.SIZE).toString('latin1');
}
