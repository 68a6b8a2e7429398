import { statSync } from 'node:fs';
import { release } from 'node:os';
import type { ConnectionObservation, ListenerObservation, Observation } from '@netguard/core';
import {
  NG_EVENT_CGROUP,
  NG_EVENT_LISTENER,
  NG_EVENT_PROBE,
  NG_EVENT_SOCK,
  NG_EVENT_SYN_SOURCE,
  ngCgroupEvent,
  ngLimits,
} from '@netguard/core/abi';
import { type BpfMap, bootTimeNs, EventLoop, type RingView, trimMemory } from '@netguard/libbpf';
import type { Config } from '../../config/schema.ts';
import { hostPidsVisible } from '../../identify/process-table.ts';
import type { MapStatus, ProgramStatus, SourceStatus } from '../../worker/messages.ts';
import { ConnectionSweep } from './connection-sweep.ts';
import { ConversationReader, IPV4_KEYS, IPV6_KEYS } from './conversation-reader.ts';
import { ConversationRooms, conversationQuota } from './conversation-rooms.ts';
import { type DatagramTotal, DatagramTotals } from './datagram-totals.ts';
import { DropReader, dropReasonNames } from './drop-reader.ts';
import { kernelBtf } from './kernel-btf.ts';
import { KernelClock } from './kernel-clock.ts';
import { u32, u64 } from './layout.ts';
import { ListenerReader } from './listener-reader.ts';
import { type LiveRecords, LiveSockets } from './live-sockets.ts';
import { LossReader } from './loss-reader.ts';
import { EbpfObjects } from './objects.ts';
import { PayloadControl } from './payload-control.ts';
import { PayloadReader } from './payload-reader.ts';
import { ProbeReader } from './probe-reader.ts';
import { Seeding } from './seeding.ts';
import { SockRecordReader } from './sock-record.ts';

export interface CgroupEvent {
  readonly id: number;
  readonly created: boolean;
  /** From the root of the v2 hierarchy. */
  readonly path: string;
  readonly timeMs: number;
}

/** What the source hands on. Observations are plain values and may be kept. */
export interface EbpfSink {
  observe(observation: Observation): void;
  cgroup(event: CgroupEvent): void;
  datagramTotal(total: DatagramTotal): void;
  listener(observation: ListenerObservation): void;
}

/** Thresholds the kernel fires at: the lowest that any namespace enables. */
export interface KernelLimits {
  readonly listenerSyns: number;
  readonly sourceSyns: number;
  readonly probePorts: number;
  readonly windowMs: number;
  readonly graceMs: number;
}

/** The kernel programs as a source of observations. Owns every kernel handle; closing it detaches all. */
export class EbpfSource {
  readonly clock: KernelClock;
  readonly #objects: EbpfObjects;
  readonly #loop = new EventLoop();
  readonly #sink: EbpfSink;
  readonly #sockets: SockRecordReader;
  readonly #listeners: ListenerReader;
  readonly #totals: DatagramTotals;
  readonly #conversations4: ConversationReader;
  readonly #conversations6: ConversationReader;
  readonly #drops: DropReader;
  readonly #probes: ProbeReader;
  readonly #payload: PayloadReader;
  readonly #payloadControl: PayloadControl;
  readonly #losses: LossReader;
  readonly #live: LiveSockets;
  readonly #sweep: ConnectionSweep;
  readonly #seeding: Seeding;
  readonly #cgroupRoot: string;
  readonly #liveRecords: LiveRecords = {
    room: () => this.#sockets.table.room,
    full: (bytes, view, offset) => this.#observe(this.#sockets.live(bytes, view, offset)),
    again: (words, at, nowNs) => this.#observe(this.#sockets.again(words, at, nowNs)),
  };
  #liveConnections = 0;
  #listenerCount = 0;

  /** Loads, sets limits, attaches and seeds. `cgroupRoot` is the mount point of the v2 hierarchy. */
  constructor(config: Config, cgroupRoot: string, limits: KernelLimits, sink: EbpfSink) {
    this.#sink = sink;
    this.#cgroupRoot = cgroupRoot;
    this.clock = new KernelClock(bootTimeNs, monotonicNs);
    this.#objects = EbpfObjects.load(config.sources.ebpf, config.payload);
    try {
      const map = (name: string) => this.#objects.map(name);
      this.setLimits(limits);
      this.#sockets = new SockRecordReader(this.clock, config.sources.ebpf.maxSockets);
      this.#listeners = new ListenerReader(map('ng_listeners'), this.clock);
      this.#totals = new DatagramTotals({
        values: map('ng_totals'),
        slots: map('ng_total_slots'),
        free: map('ng_total_free'),
      });
      const [convs4, convs6] = [map('ng_convs4'), map('ng_convs6')];
      const rooms = (family: 'room4' | 'room6', { maxEntries }: BpfMap) =>
        new ConversationRooms(this.#totals.memory, family, conversationQuota(maxEntries));
      this.#conversations4 = new ConversationReader(convs4, IPV4_KEYS, this.clock, rooms('room4', convs4));
      this.#conversations6 = new ConversationReader(convs6, IPV6_KEYS, this.clock, rooms('room6', convs6));
      this.#drops = new DropReader(
        map('ng_drops'),
        this.clock,
        dropReasonNames(kernelBtf().enumValues('skb_drop_reason')),
      );
      this.#probes = new ProbeReader(map('ng_probes4'), map('ng_probes6'), this.clock);
      this.#payload = new PayloadReader(this.clock, (sample) => sink.observe(sample));
      this.#payloadControl = new PayloadControl(map('ng_payload_cfg'), map('ng_payload_off'), config.payload);
      this.#loop.addRing(map('ng_events'), (ring, offset) => this.#record(ring, offset));
      this.#loop.addRing(map('ng_payload'), (ring, offset) => this.#payload.record(ring, offset));
      this.#attach();
      this.#losses = new LossReader(map('ng_lost'), this.#objects.attached());
      const iterator = this.#objects.program('ng_tcp_live').attachIterator({ map: map('ng_sk') });
      this.#live = new LiveSockets(iterator, map('ng_live_header'), map('ng_live'), map('ng_live_new'));
      this.#sweep = new ConnectionSweep(this.#sockets.table);
      this.#seeding = new Seeding(this.#objects, cgroupRoot, this.clock.nowMs(), config.sources.ebpf.seedSeconds);
      trimMemory();
    } catch (error) {
      this.#objects.close();
      void this.#loop.close();
      throw error;
    }
  }

  get liveConnections(): number {
    return this.#liveConnections;
  }

  /** Changes the thresholds while running. */
  setLimits(limits: KernelLimits): void {
    const value = new Uint8Array(ngLimits.SIZE);
    const view = new DataView(value.buffer);
    view.setUint32(ngLimits.listener_syns, limits.listenerSyns, true);
    view.setUint32(ngLimits.source_syns, limits.sourceSyns, true);
    view.setUint32(ngLimits.probe_ports, limits.probePorts, true);
    view.setUint32(ngLimits.window_ms, limits.windowMs, true);
    view.setUint32(ngLimits.grace_ms, limits.graceMs, true);
    this.#objects.map('ng_limits').setRaw(new Uint8Array(4), value);
  }

  /** Waits at most `timeoutMs` for an alarm, then takes whatever the ring holds. Returns the number of records. */
  async poll(timeoutMs: number): Promise<number> {
    await this.#loop.wait(timeoutMs);
    return this.#loop.drain();
  }

  /** Ends a pending `poll` now. */
  wake(): void {
    this.#loop.wake();
  }

  /** Takes what is in the ring without waiting. */
  drain(): number {
    return this.#loop.drain();
  }

  /** Reads everything that is read by differences: live sockets, listeners, datagrams, drops, probes, losses. */
  tick(): void {
    this.clock.keep();
    const nowMs = this.clock.nowMs();
    this.#seeding.keep(nowMs);
    this.#loop.drain();
    this.#sockets.table.tick();
    this.#sweep.before(nowMs, this.#lostConnections());
    const pass = this.#live.read(this.#sweep.number, this.#liveRecords);
    this.#sweep.after(pass);
    if (this.#sockets.table.room === 0) this.#sockets.table.countEvicted(pass.leftNew);
    this.#liveConnections = this.#sockets.table.size;
    this.#listenerCount = this.#listeners.readAll(pass.pass, nowMs, (listener, moved) => {
      this.#sink.listener(listener);
      if (moved) this.#sink.observe(listener);
    });
    this.#totals.read((total) => this.#sink.datagramTotal(total));
    this.#conversations4.read((seen) => this.#sink.observe(seen));
    this.#conversations6.read((seen) => this.#sink.observe(seen));
    this.#drops.read((seen) => this.#sink.observe(seen));
    this.#probes.read((seen) => this.#sink.observe(seen));
    this.#payload.tick(nowMs);
    this.#losses.read(nowMs, (seen) => this.#sink.observe(seen));
  }

  /** One listener as it is now, for a judgement that falls due. */
  readListener(netns: number, addressBytes: Uint8Array, port: number): void {
    const seen = this.#listeners.read(netns, addressBytes, port, this.clock.nowMs());
    if (seen) this.#sink.observe(seen);
  }

  /** Forgets a cgroup's datagram totals. */
  deleteTotals(cgroupId: number): void {
    this.#totals.delete(cgroupId);
  }

  /** What may be sampled of payload from now on. That it is sampled at all was settled when the programs were loaded. */
  configurePayload(settings: Config['payload']): void {
    this.#payloadControl.configure(settings);
  }

  /** Nothing more is sampled of a cgroup. */
  excludePayload(cgroupId: number): void {
    this.#payloadControl.exclude(cgroupId);
  }

  /** Counts events that user space itself had to leave out. */
  countLost(source: string, count: number): void {
    this.#losses.add(source, count);
  }

  lost(): Record<string, number> {
    return this.#losses.totals();
  }

  programs(): ProgramStatus[] {
    return this.#objects.status();
  }

  maps(): MapStatus[] {
    const entries: Record<string, number> = {
      ng_listeners: this.#listenerCount,
      ng_totals: this.#totals.entries,
      ng_convs4: this.#conversations4.entries,
      ng_convs6: this.#conversations6.entries,
      ng_drops: this.#drops.entries,
      ng_probes4: this.#probes.entries.ipv4,
      ng_probes6: this.#probes.entries.ipv6,
      ng_sk: this.#liveConnections,
      ng_payload_off: this.#payloadControl.excluded,
    };
    /* Where it is not the number of the map's values: ng_sk belongs to sockets, a value of ng_drops is a set. */
    const capacities: Record<string, number> = { ng_sk: this.#sockets.table.limit, ng_drops: this.#drops.capacity };
    return this.#objects.maps().flatMap((map) => {
      const used = entries[map.name];
      if (used === undefined) return [];
      const capacity = capacities[map.name] ?? map.maxEntries;
      return [{ name: map.name, entries: used, capacity, bytes: map.info().memlockBytes }];
    });
  }

  tables(): { name: string; entries: number; capacity: number; evicted: number }[] {
    const table = this.#sockets.table;
    return [
      { name: 'connections', entries: table.size, capacity: table.limit, evicted: table.evicted },
      ...this.#payload.tables(),
    ];
  }

  status(): SourceStatus {
    return {
      programs: this.programs(),
      preexistingSockets: hostPidsVisible() ? 'full' : 'partial',
      wholeHost: statSync(this.#cgroupRoot).ino === 1,
      cgroupRoot: this.#cgroupRoot,
      kernel: release(),
    };
  }

  async close(): Promise<void> {
    this.#seeding.close();
    await this.#loop.close();
    this.#objects.close();
  }

  #observe(seen: ConnectionObservation | undefined): void {
    if (!seen) return;
    this.#sink.observe(seen);
    this.#payload.connection(seen);
  }

  /** Final records that the ring had no room for, or whose program was skipped when it would have interrupted itself. */
  #lostConnections(): number {
    const lost = this.#losses.totals();
    return (lost.sock_ring ?? 0) + (lost.skipped_ng_tcp_state ?? 0) + (lost.skipped_ng_tcp_destroy ?? 0);
  }

  #attach(): void {
    /* Cgroups first, so that no pod that starts now is missed by the walk; then sockets before seeding (trap: a socket in both is found by its storage). */
    this.#objects.attach('ng_cgroup_mkdir');
    this.#objects.attach('ng_cgroup_rmdir');
    this.#objects.attach('ng_tcp_destroy');
    this.#objects.attach('ng_tcp_state');
    this.#objects.attach('ng_packet_in', this.#cgroupRoot);
    this.#objects.attach('ng_packet_out', this.#cgroupRoot);
    this.#objects.attach(this.#objects.program('ng_drop').autoload ? 'ng_drop' : 'ng_drop_sk');
  }

  #record(ring: RingView, offset: number): void {
    const { u8: bytes, view } = ring;
    switch (u32(view, offset)) {
      case NG_EVENT_SOCK:
        this.#observe(this.#sockets.closed(bytes, view, offset));
        break;
      case NG_EVENT_LISTENER:
        this.#sink.observe(this.#listeners.event(bytes, view, offset));
        break;
      case NG_EVENT_SYN_SOURCE:
        this.#sink.observe(this.#listeners.sourceEvent(bytes, view, offset));
        break;
      case NG_EVENT_PROBE: {
        const seen = this.#probes.event(bytes, view, offset);
        if (seen) this.#sink.observe(seen);
        break;
      }
      case NG_EVENT_CGROUP:
        this.#cgroup(this.#cgroupEvent(bytes, view, offset));
        break;
    }
  }

  #cgroup(event: CgroupEvent): void {
    if (!event.created) this.#payloadControl.forget(event.id);
    this.#sink.cgroup(event);
  }

  #cgroupEvent(bytes: Uint8Array, view: DataView, offset: number): CgroupEvent {
    const start = offset + ngCgroupEvent.path;
    let end = start;
    while (end < offset + ngCgroupEvent.SIZE && bytes[end] !== 0) end++;
    return {
      id: u64(view, offset + ngCgroupEvent.cgroup_id),
      created: u32(view, offset + ngCgroupEvent.created) !== 0,
      path: Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8'),
      timeMs: this.clock.fromBoot(u64(view, offset + ngCgroupEvent.now_ns)),
    };
  }
}

function monotonicNs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e9 + nanoseconds;
}
