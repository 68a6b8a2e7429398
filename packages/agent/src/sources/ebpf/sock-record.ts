import type { ConnectionObservation, Role } from '@netguard/core';
import {
  NG_ROLE_CLIENT,
  NG_ROLE_SERVER,
  NG_SOCK_ESTABLISHED,
  NG_SOCK_NO_STORAGE,
  NG_SOCK_SEEDED,
  ngSockRecord as R,
} from '@netguard/core/abi';
import { closeReason } from './close-reason.ts';
import { ConnectionTable } from './connection-table.ts';
import type { KernelClock } from './kernel-clock.ts';
import { address, name, u16, u32, u64 } from './layout.ts';

const COMM_LENGTH = 16;

/** Turns `struct ng_sock_record` into observations; holds the counters that make differences of absolute numbers. */
export class SockRecordReader {
  readonly table: ConnectionTable;
  readonly #clock: KernelClock;
  readonly #counters = new Float64Array(5);
  readonly #delta = new Float64Array(5);

  constructor(clock: KernelClock, maxConnections: number) {
    this.#clock = clock;
    this.table = new ConnectionTable(maxConnections);
  }

  /** `closed`: the record is a final one. Undefined when it says nothing new of a connection already reported closed. */
  read(bytes: Uint8Array, view: DataView, at: number, closed: boolean): ConnectionObservation | undefined {
    const cookie = u64(view, at + R.cookie);
    const generation = u32(view, at + R.generation);
    if (!closed && this.table.isClosed(cookie, generation)) return undefined; /* the kernel sends one final record */
    if (!closed && !this.table.admits(cookie)) return undefined;
    const flags = u16(view, at + R.flags);
    const unknown = (flags & NG_SOCK_NO_STORAGE) !== 0;
    const counters = this.#counters;
    counters[0] = unknown ? 0 : u64(view, at + R.rx_bytes);
    counters[1] = unknown ? 0 : u64(view, at + R.tx_bytes);
    counters[2] = unknown ? 0 : u32(view, at + R.rx_segs);
    counters[3] = unknown ? 0 : u32(view, at + R.tx_segs);
    counters[4] = unknown ? 0 : u32(view, at + R.retrans_segs);
    const delta = this.#delta;
    const isNew = this.table.advance(cookie, generation, counters, delta, closed);
    const role = view.getUint8(at + R.role);
    const timeMs = this.#clock.fromBoot(u64(view, at + R.now_ns));
    const startNs = u64(view, at + R.start_ns);
    return {
      kind: 'connection',
      timeMs,
      phase: closed ? 'closed' : 'live',
      id: `${cookie}.${generation}`,
      role: roleName(role),
      cgroupId: u64(view, at + R.cgroup_id),
      netns: u32(view, at + R.netns),
      local: { ip: address(bytes, at + R.laddr), port: u16(view, at + R.lport) },
      remote: { ip: address(bytes, at + R.raddr), port: u16(view, at + R.rport) },
      pid: u32(view, at + R.pid),
      comm: name(bytes, at + R.comm, COMM_LENGTH),
      established: (flags & NG_SOCK_ESTABLISHED) !== 0,
      isNew,
      preexisting: unknown || (flags & NG_SOCK_SEEDED) !== 0,
      delta: {
        receivedBytes: delta[0] as number,
        sentBytes: delta[1] as number,
        receivedPackets: delta[2] as number,
        sentPackets: delta[3] as number,
        retransmits: delta[4] as number,
      },
      total: {
        receivedBytes: counters[0],
        sentBytes: counters[1],
        receivedPackets: counters[2],
        sentPackets: counters[3],
        retransmits: counters[4],
      },
      unackedBytes: u32(view, at + R.unacked_bytes),
      srttUs: u32(view, at + R.srtt_us),
      startMs: startNs ? this.#clock.fromBoot(startNs) : timeMs,
      closeReason: closed ? closeReason(view.getUint8(at + R.state), u16(view, at + R.error), flags) : null,
    };
  }
}

function roleName(role: number): Role {
  return role === NG_ROLE_CLIENT ? 'client' : role === NG_ROLE_SERVER ? 'server' : 'unknown';
}
