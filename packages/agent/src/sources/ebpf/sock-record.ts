import type { ConnectionObservation, Role } from '@netguard/core';
import {
  ngLiveNew as B,
  ngLiveRecord as L,
  NG_ROLE_CLIENT,
  NG_ROLE_SERVER,
  NG_SOCK_ESTABLISHED,
  NG_SOCK_NO_STORAGE,
  NG_SOCK_SEEDED,
  ngSockRecord as R,
} from '@netguard/core/abi';
import { closeReason } from './close-reason.ts';
import { COUNTERS, type ConnectionIdentity, ConnectionTable } from './connection-table.ts';
import type { KernelClock } from './kernel-clock.ts';
import { address, name, u16, u32, u64 } from './layout.ts';

const COMM_LENGTH = 16;
const UPPER = 4_294_967_296;

/** Turns socket records into observations; holds the counters that make differences of absolute numbers. */
export class SockRecordReader {
  readonly table: ConnectionTable;
  readonly #clock: KernelClock;
  readonly #counters = new Float64Array(COUNTERS);
  readonly #base = new Float64Array(COUNTERS);
  readonly #delta = new Float64Array(COUNTERS);

  constructor(clock: KernelClock, maxConnections: number) {
    this.#clock = clock;
    this.table = new ConnectionTable(maxConnections);
  }

  /** A final `struct ng_sock_record`: the kernel sends one a connection. */
  closed(bytes: Uint8Array, view: DataView, at: number): ConnectionObservation {
    const cookie = u64(view, at + R.cookie);
    const generation = u32(view, at + R.generation);
    const flags = u16(view, at + R.flags);
    this.#readCounters(view, at, flags);
    const slot = this.table.find(cookie, generation);
    if (slot >= 0) this.table.advance(slot, this.#counters, this.#delta);
    else this.#delta.set(this.#counters);
    this.table.close(cookie, generation, slot);
    const reason = closeReason(view.getUint8(at + R.state), u16(view, at + R.error), flags);
    const timeMs = this.#clock.fromBoot(u64(view, at + R.now_ns));
    return this.#observe(
      this.#identity(bytes, view, at, timeMs),
      timeMs,
      slot < 0,
      u32(view, at + R.unacked_bytes),
      u32(view, at + R.srtt_us),
      'closed',
      reason,
    );
  }

  /** A `struct ng_live_new`; undefined when the connection is over already or finds no room. */
  live(bytes: Uint8Array, view: DataView, at: number): ConnectionObservation | undefined {
    const { table } = this;
    const cookie = u64(view, at + R.cookie);
    const generation = u32(view, at + R.generation);
    if (table.isClosed(cookie, generation)) return undefined;
    this.#readCounters(view, at, u16(view, at + R.flags));
    const timeMs = this.#clock.fromBoot(u64(view, at + R.now_ns));
    const identity = this.#identity(bytes, view, at, timeMs);
    const known = table.find(cookie, generation);
    if (known >= 0) {
      table.describe(known, identity);
      table.advance(known, this.#counters, this.#delta);
      if (!this.#hasMoved()) return undefined;
    } else {
      if (identity.preexisting) this.#readBase(view, at);
      if (!table.open(cookie, generation, identity, this.#counters, this.#base)) return undefined;
      this.#delta.set(this.#counters);
    }
    return this.#observe(
      identity,
      timeMs,
      known < 0,
      u32(view, at + R.unacked_bytes),
      u32(view, at + R.srtt_us),
      'live',
      null,
    );
  }

  /**
   * A `struct ng_live_record` at word `at`, read at boot time `nowNs`: of a connection that `live` has told in full before.
   * Undefined when it is over already, or did not move and is here because of a sweep.
   */
  again(words: Uint32Array, at: number, nowNs: number): ConnectionObservation | undefined {
    const cookie = (words[at + L.cookie / 4] as number) + (words[at + L.cookie / 4 + 1] as number) * UPPER;
    const slot = this.table.findNext(cookie, words[at + L.generation / 4] as number);
    if (slot < 0) return undefined;
    const counters = this.#counters;
    counters[0] = (words[at + L.rx_bytes / 4] as number) + (words[at + L.rx_bytes / 4 + 1] as number) * UPPER;
    counters[1] = (words[at + L.tx_bytes / 4] as number) + (words[at + L.tx_bytes / 4 + 1] as number) * UPPER;
    counters[2] = words[at + L.rx_segs / 4] as number;
    counters[3] = words[at + L.tx_segs / 4] as number;
    counters[4] = words[at + L.retrans_segs / 4] as number;
    const identity = this.table.identity(slot);
    if (identity.preexisting) this.table.subtractBase(slot, counters);
    this.table.advance(slot, counters, this.#delta);
    if (!this.#hasMoved()) return undefined;
    return this.#observe(
      identity,
      this.#clock.fromBoot(nowNs),
      false,
      words[at + L.unacked_bytes / 4] as number,
      words[at + L.srtt_us / 4] as number,
      'live',
      null,
    );
  }

  #hasMoved(): boolean {
    const delta = this.#delta;
    return delta[2] !== 0 || delta[3] !== 0 || delta[0] !== 0 || delta[1] !== 0;
  }

  #readCounters(view: DataView, at: number, flags: number): void {
    const counters = this.#counters;
    if (flags & NG_SOCK_NO_STORAGE) {
      counters.fill(0);
      return;
    }
    counters[0] = u64(view, at + R.rx_bytes);
    counters[1] = u64(view, at + R.tx_bytes);
    counters[2] = u32(view, at + R.rx_segs);
    counters[3] = u32(view, at + R.tx_segs);
    counters[4] = u32(view, at + R.retrans_segs);
  }

  #readBase(view: DataView, at: number): void {
    const base = this.#base;
    base[0] = u64(view, at + B.base_rx_bytes);
    base[1] = u64(view, at + B.base_tx_bytes);
    base[2] = u32(view, at + B.base_rx_segs);
    base[3] = u32(view, at + B.base_tx_segs);
    base[4] = u32(view, at + B.base_retrans_segs);
  }

  #identity(bytes: Uint8Array, view: DataView, at: number, timeMs: number): ConnectionIdentity {
    const flags = u16(view, at + R.flags);
    const startNs = u64(view, at + R.start_ns);
    return {
      id: `${u64(view, at + R.cookie)}.${u32(view, at + R.generation)}`,
      role: roleName(view.getUint8(at + R.role)),
      cgroupId: u64(view, at + R.cgroup_id),
      netns: u32(view, at + R.netns),
      local: { ip: address(bytes, at + R.laddr), port: u16(view, at + R.lport) },
      remote: { ip: address(bytes, at + R.raddr), port: u16(view, at + R.rport) },
      pid: u32(view, at + R.pid),
      comm: name(bytes, at + R.comm, COMM_LENGTH),
      established: (flags & NG_SOCK_ESTABLISHED) !== 0,
      preexisting: (flags & (NG_SOCK_SEEDED | NG_SOCK_NO_STORAGE)) !== 0,
      startMs: startNs ? this.#clock.fromBoot(startNs) : timeMs,
    };
  }

  #observe(
    identity: ConnectionIdentity,
    timeMs: number,
    isNew: boolean,
    unackedBytes: number,
    srttUs: number,
    phase: ConnectionObservation['phase'],
    reason: ConnectionObservation['closeReason'],
  ): ConnectionObservation {
    const counters = this.#counters;
    const delta = this.#delta;
    return {
      kind: 'connection',
      timeMs,
      phase,
      id: identity.id,
      role: identity.role,
      cgroupId: identity.cgroupId,
      netns: identity.netns,
      local: identity.local,
      remote: identity.remote,
      pid: identity.pid,
      comm: identity.comm,
      established: identity.established,
      isNew,
      preexisting: identity.preexisting,
      delta: {
        receivedBytes: delta[0] as number,
        sentBytes: delta[1] as number,
        receivedPackets: delta[2] as number,
        sentPackets: delta[3] as number,
        retransmits: delta[4] as number,
      },
      total: {
        receivedBytes: counters[0] as number,
        sentBytes: counters[1] as number,
        receivedPackets: counters[2] as number,
        sentPackets: counters[3] as number,
        retransmits: counters[4] as number,
      },
      unackedBytes,
      srttUs,
      startMs: identity.startMs,
      closeReason: reason,
    };
  }
}

function roleName(role: number): Role {
  return role === NG_ROLE_CLIENT ? 'client' : role === NG_ROLE_SERVER ? 'server' : 'unknown';
}
