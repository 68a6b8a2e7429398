import type { DatagramTotalObservation } from '@netguard/core';
import type { DatagramTotal } from '../sources/ebpf/datagram-totals.ts';

/** Turns the kernel's absolute totals per cgroup and protocol into what moved since they were last read. */
export class DatagramDeltas {
  readonly #last = new Map<string, DatagramTotal>();
  #moved: { readonly now: DatagramTotal; readonly before: DatagramTotal | undefined }[] = [];

  /** Takes a reading. The first one of a cgroup and protocol is told whole: it began within the tick, or before the start. */
  note(total: DatagramTotal): void {
    const id = `${total.cgroupId}|${total.protocol}|${total.loopback}`;
    const known = this.#last.get(id);
    // A counter that fell began anew (the entry was deleted and made again).
    const before = known !== undefined && known.receivedPackets <= total.receivedPackets ? known : undefined;
    this.#last.set(id, total);
    const moved = total.receivedPackets + total.sentPackets;
    if (moved !== (before === undefined ? 0 : before.receivedPackets + before.sentPackets)) {
      this.#moved.push({ now: total, before });
    }
  }

  /** What moved since the last call, as of `timeMs`. */
  take(timeMs: number): DatagramTotalObservation[] {
    if (this.#moved.length === 0) return [];
    const taken = this.#moved.map(({ now, before }) => observation(now, before, timeMs));
    this.#moved = [];
    return taken;
  }

  /** The cgroup's totals were deleted. */
  forget(cgroupId: number): void {
    const prefix = `${cgroupId}|`;
    for (const id of this.#last.keys()) if (id.startsWith(prefix)) this.#last.delete(id);
  }
}

function observation(now: DatagramTotal, before: DatagramTotal | undefined, timeMs: number): DatagramTotalObservation {
  const since = (of: (total: DatagramTotal) => number): number =>
    Math.max(0, of(now) - (before === undefined ? 0 : of(before)));
  return {
    kind: 'datagram-total',
    timeMs,
    protocol: now.protocol,
    cgroupId: now.cgroupId,
    loopback: now.loopback,
    delta: {
      receivedBytes: since((total) => total.receivedBytes),
      sentBytes: since((total) => total.sentBytes),
      receivedPackets: since((total) => total.receivedPackets),
      sentPackets: since((total) => total.sentPackets),
    },
    withoutConversation: since((total) => total.withoutConversation),
  };
}
