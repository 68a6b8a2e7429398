import type { Observation, ProbeShape } from '../observation.ts';
import type { TableState } from '../table-state.ts';
import type { Host } from './host.ts';
import type { CaptureLimits } from './limits.ts';
import { PortSketch } from './port-sketch.ts';
import { SlotTable } from './slot-table.ts';
import { SHAPE_UDP, SHAPES } from './tcp-shape.ts';

/** As many pairs as the kernel's probe map has. One that makes room tells first what it holds. */
const CAPACITY = 16_384;
const IDLE_MS = 120_000;

/** A source and a target. Objects are used again, as a spoofed flood makes one a packet. */
class Pair {
  slot = -1;
  source: Host | undefined;
  target: Host | undefined;
  readonly ports = new PortSketch();
  readonly shapes = new Float64Array(SHAPES.length);
  readonly told = new Float64Array(SHAPES.length);
  firstMs = 0;
  movedMs = 0;
  lastPort = 0;
  fireAt = 0;
  isDirty = false;

  reset(slot: number, source: Host, target: Host, timeMs: number, fireAt: number): void {
    this.slot = slot;
    this.source = source;
    this.target = target;
    this.ports.clear();
    this.shapes.fill(0);
    this.told.fill(0);
    this.firstMs = timeMs;
    this.movedMs = timeMs;
    this.fireAt = fireAt;
    this.isDirty = false;
  }
}

/** Packets that found no socket, folded by source and target. */
export class ProbeBook {
  #limits: CaptureLimits;
  readonly #observe: (observation: Observation) => void;
  readonly #table = new SlotTable(8);
  readonly #pairs: Pair[] = [];
  readonly #key = new Int32Array(8);
  #dirty: Pair[] = [];
  #evicted = 0;

  constructor(limits: CaptureLimits, observe: (observation: Observation) => void) {
    this.#limits = limits;
    this.#observe = observe;
  }

  configure(limits: CaptureLimits): void {
    this.#limits = limits;
  }

  /** `shape` is an index of SHAPES; `port` the one that was tried at the target. */
  add(source: Host, target: Host, port: number, shape: number, packets: number, nowMs: number): void {
    const pair = this.#get(source, target, nowMs);
    pair.shapes[shape]! += packets;
    pair.lastPort = port;
    pair.movedMs = nowMs;
    if (!pair.isDirty) {
      pair.isDirty = true;
      this.#dirty.push(pair);
    }
    if (!pair.ports.add(port) || pair.ports.bits < pair.fireAt) return;
    pair.fireAt *= 2;
    this.#tell(pair, nowMs, 'threshold');
  }

  /** Whether the target said of a port of its own, lately and to this source, that nothing is there. */
  hasRefusedDatagrams(source: Host, target: Host, nowMs: number): boolean {
    const pair = this.#find(source, target);
    return pair !== undefined && pair.shapes[SHAPE_UDP]! > 0 && nowMs - pair.movedMs < IDLE_MS;
  }

  /** Once a second: the pairs that moved. Idle ones are forgotten. */
  tick(nowMs: number): void {
    const moved = this.#dirty;
    this.#dirty = [];
    for (const pair of moved) {
      if (!pair.isDirty) continue;
      pair.isDirty = false;
      this.#tell(pair, nowMs, 'tick');
    }
    for (;;) {
      const slot = this.#table.oldest();
      if (slot < 0 || nowMs - this.#pairs[slot]!.movedMs < IDLE_MS) return;
      this.#forget(slot);
    }
  }

  get state(): TableState {
    return { entries: this.#table.size(), capacity: CAPACITY, evicted: this.#evicted };
  }

  #find(source: Host, target: Host): Pair | undefined {
    source.writeTo(this.#key, 0);
    target.writeTo(this.#key, 4);
    const slot = this.#table.find(this.#key);
    return slot < 0 ? undefined : this.#pairs[slot];
  }

  #get(source: Host, target: Host, nowMs: number): Pair {
    const known = this.#find(source, target);
    if (known !== undefined) {
      this.#table.touch(known.slot);
      return known;
    }
    if (this.#table.size() >= CAPACITY) {
      const oldest = this.#table.oldest();
      this.#tell(this.#pairs[oldest]!, nowMs, 'tick');
      this.#forget(oldest);
      this.#evicted++;
      // The search for room has used the key.
      source.writeTo(this.#key, 0);
      target.writeTo(this.#key, 4);
    }
    const slot = this.#table.add(this.#key);
    this.#pairs[slot] ??= new Pair();
    const pair = this.#pairs[slot]!;
    pair.reset(slot, source, target, nowMs, this.#limits.probePorts);
    return pair;
  }

  #forget(slot: number): void {
    this.#pairs[slot]!.isDirty = false;
    this.#table.remove(slot);
  }

  #tell(pair: Pair, timeMs: number, trigger: 'threshold' | 'tick'): void {
    const shapes = {} as Record<ProbeShape, number>;
    let packets = 0;
    for (let index = 0; index < SHAPES.length; index++) {
      const moved = pair.shapes[index]! - pair.told[index]!;
      shapes[SHAPES[index]!] = moved;
      packets += moved;
      pair.told[index] = pair.shapes[index]!;
    }
    if (packets === 0) return;
    this.#observe({
      kind: 'probe',
      timeMs,
      trigger,
      netns: pair.target!.netns,
      sourceIp: pair.source!.ip,
      targetIp: pair.target!.ip,
      packets,
      distinctPorts: pair.ports.estimate,
      lastPort: pair.lastPort,
      shapes,
      firstMs: pair.firstMs,
    });
  }
}
