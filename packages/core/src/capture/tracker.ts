import type { Observation } from '../observation.ts';
import type { TableState } from '../table-state.ts';
import { DatagramTracker } from './datagram-tracker.ts';
import { HostTable } from './host-table.ts';
import type { CaptureLimits } from './limits.ts';
import { ListenerBook } from './listener-book.ts';
import { ICMP, type Packet, TCP } from './packet.ts';
import { type PayloadSampling, SampledPorts } from './payload-sampling.ts';
import { ProbeBook } from './probe-book.ts';
import { TcpTracker } from './tcp-tracker.ts';

const TICK_MS = 1000;
/** After so many ticks without a packet steps grow: nothing happens any more but time-outs, and a gap may last for years. */
const QUIET_TICKS = 600;
/** A time stamp further back than this is a clock that was set; nearer ones are packets out of order. */
const SET_BACK_MS = 60_000;

export interface TrackerOptions {
  readonly limits: CaptureLimits;
  /** Hears everything, in the order of its time. */
  readonly observe: (observation: Observation) => void;
  /** Of which services payload is told; absent: of none. */
  readonly payload?: PayloadSampling | undefined;
  /** After the observations of each second. */
  readonly onTick?: (nowMs: number) => void;
}

/**
 * Makes of packets what the kernel source makes of sockets: the same observations, for both ends of every conversation, by
 * the capture's own time. State is bounded; what had to be forgotten is counted.
 */
export class CaptureTracker {
  readonly #observe: (observation: Observation) => void;
  readonly #onTick: (nowMs: number) => void;
  readonly #hosts = new HostTable();
  readonly #listeners: ListenerBook;
  readonly #probes: ProbeBook;
  readonly #tcp: TcpTracker;
  readonly #datagrams: DatagramTracker;
  #nowMs = Number.NEGATIVE_INFINITY;
  #nextTickMs = Number.POSITIVE_INFINITY;
  #outOfOrder = 0;
  #setBack = 0;
  #lostBefore = 0;

  constructor({ limits, observe, payload, onTick = () => {} }: TrackerOptions) {
    const sampled = payload && new SampledPorts(payload);
    this.#observe = observe;
    this.#onTick = onTick;
    this.#listeners = new ListenerBook(limits, observe);
    this.#probes = new ProbeBook(limits, observe);
    this.#tcp = new TcpTracker(this.#hosts, this.#listeners, this.#probes, observe, sampled);
    this.#datagrams = new DatagramTracker(this.#hosts, this.#probes, observe, sampled);
  }

  configure(limits: CaptureLimits): void {
    this.#listeners.configure(limits);
    this.#probes.configure(limits);
  }

  /** Event time: that of the newest packet, or to which it was advanced. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /**
   * The time at which a packet counts: its own, or the newest one's when it comes out of order. A clock that was set back
   * goes on from there.
   */
  timeOf(packetMs: number): number {
    if (packetMs >= this.#nowMs) return packetMs;
    if (this.#nowMs - packetMs > SET_BACK_MS) this.#followClock(packetMs);
    else this.#outOfOrder++;
    return this.#nowMs;
  }

  /** Takes the next packet of the capture. */
  packet(packet: Packet): void {
    const nowMs = this.timeOf(packet.timeMs);
    this.advance(nowMs);
    if (packet.protocol === TCP) {
      this.#tcp.segment(packet, nowMs);
      return;
    }
    if (packet.quoted !== undefined) this.#errorMessage(packet, nowMs);
    this.#datagrams.packet(packet, nowMs);
  }

  /** A first packet that was turned away on its way, after it had been seen to set out. */
  withdraw(packet: Packet): void {
    if (packet.protocol === TCP) this.#tcp.withdraw(packet);
  }

  /** Lets time pass without packets: judgements and ticks fall due. */
  advance(toMs: number): void {
    if (this.#nextTickMs === Number.POSITIVE_INFINITY) this.#nextTickMs = toMs + TICK_MS;
    let ticks = 0;
    let stepMs = TICK_MS;
    for (;;) {
      const dueMs = Math.min(this.#nextTickMs, this.#tcp.nextDueMs, this.#datagrams.nextDueMs);
      if (dueMs > toMs) break;
      if (dueMs > this.#nowMs) this.#nowMs = dueMs;
      this.#tcp.judge(dueMs);
      this.#datagrams.judge(dueMs);
      if (dueMs < this.#nextTickMs) continue;
      this.#tick(dueMs);
      if (++ticks > QUIET_TICKS) stepMs *= 2;
      this.#nextTickMs += Math.max(TICK_MS, Math.min(stepMs, Math.floor((toMs - dueMs) / TICK_MS) * TICK_MS));
    }
    if (toMs > this.#nowMs) this.#nowMs = toMs;
  }

  /** A fresh reading of a listener for a judgement that falls due; nothing when it is none. */
  readListener(ip: string, port: number): void {
    this.#listeners.read(ip, port, this.#nowMs);
  }

  /** TCP connections and attempts, and other conversations, that were seen. */
  get conversations(): { readonly tcp: number; readonly other: number } {
    return { tcp: this.#tcp.begun, other: this.#datagrams.begun };
  }

  /** Packets that came out of order, and how often the clock was set back. */
  get disorder(): { readonly outOfOrder: number; readonly setBack: number } {
    return { outOfOrder: this.#outOfOrder, setBack: this.#setBack };
  }

  /** Bounded tables, for a summary. */
  get tables(): ({ readonly name: string } & TableState)[] {
    const early = this.#tcp.earlySegments;
    return [
      { name: 'hosts', ...this.#hosts.state },
      { name: 'connections', ...this.#tcp.state },
      { name: 'conversations', ...this.#datagrams.state },
      { name: 'listeners', ...this.#listeners.state },
      { name: 'probes', ...this.#probes.state },
      ...(early === undefined ? [] : [{ name: 'early_segments', ...early }]),
    ];
  }

  #tick(nowMs: number): void {
    this.#tcp.tick(nowMs);
    this.#datagrams.tick(nowMs);
    this.#listeners.tick(nowMs);
    this.#probes.tick(nowMs);
    const { lost } = this.#tcp;
    if (lost > this.#lostBefore) {
      this.#observe({ kind: 'loss', timeMs: nowMs, source: 'capture_connections', count: lost - this.#lostBefore });
      this.#lostBefore = lost;
    }
    this.#onTick(nowMs);
  }

  /** Destination unreachable (RFC 792 type 3, RFC 4443 type 1) and time exceeded. */
  #errorMessage(packet: Packet, nowMs: number): void {
    const isV4 = packet.protocol === ICMP;
    const type = packet.sourcePort;
    const code = packet.targetPort;
    const isUnreachable = type === (isV4 ? 3 : 1) && !(isV4 && code === 4);
    if (isUnreachable) {
      const isPortClosed = code === (isV4 ? 3 : 4);
      this.#tcp.failed(packet, isPortClosed, nowMs);
      this.#datagrams.failed(packet, isPortClosed, nowMs);
    } else if (type === (isV4 ? 11 : 3)) {
      this.#datagrams.failed(packet, false, nowMs);
    }
  }

  /** What is open is told of by the old clock; then everything goes on by the new one. */
  #followClock(toMs: number): void {
    this.#setBack++;
    this.#tick(this.#nowMs);
    this.#tcp.forget();
    this.#datagrams.forget(this.#nowMs);
    this.#nowMs = toMs;
    this.#nextTickMs = toMs + TICK_MS;
  }
}
