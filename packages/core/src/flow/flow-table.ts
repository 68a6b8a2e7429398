import { isLoopbackPair } from '../address.ts';
import type { ConnectionObservation, DatagramObservation } from '../observation.ts';
import type { TableState } from '../table-state.ts';
import type { Flow } from './flow.ts';
import { type FlowEnds, LiveFlow } from './live-flow.ts';

export interface FlowTableOptions {
  readonly node: string;
  /** A live flow that moved is reported once in this time. Default 10 s. */
  readonly windowMs?: number;
  /** Live flows waiting to be reported plus datagram conversations. Default 32,768. */
  readonly capacity?: number;
  /** A conversation whose end was never told is forgotten after this time. Default 2 min; the source ends idle ones at 30 s. */
  readonly idleMs?: number;
  /** Also flows that stay inside one network namespace. Default false. */
  readonly loopback?: boolean;
}

const NOTHING: readonly Flow[] = Object.freeze([]);

/**
 * Turns observations into `Flow` records: closed ones at once, live ones once a window and only if they moved.
 * A connection is held only while a record is due, as each observation carries its totals; a conversation until it ends.
 */
export class FlowTable {
  readonly #node: string;
  readonly #windowMs: number;
  readonly #capacity: number;
  readonly #idleMs: number;
  readonly #loopback: boolean;
  /** Moved since the last record, by the time of the first movement. */
  readonly #waiting = new Map<string, LiveFlow>();
  readonly #conversations = new Map<string, LiveFlow>();
  #scratch: LiveFlow | undefined;
  #sweptMs = Number.NEGATIVE_INFINITY;
  #dropped = 0;

  constructor(options: FlowTableOptions) {
    this.#node = options.node;
    this.#windowMs = options.windowMs ?? 10_000;
    this.#capacity = options.capacity ?? 32_768;
    this.#idleMs = options.idleMs ?? 120_000;
    this.#loopback = options.loopback ?? false;
  }

  /** The record of a flow that has just ended, else nothing (an array that is never to be written to). */
  observe(observation: ConnectionObservation | DatagramObservation, ends: FlowEnds): readonly Flow[] {
    if (!this.#loopback && isLoopbackPair(observation.local.ip, observation.remote.ip)) return NOTHING;
    return observation.kind === 'connection'
      ? this.#observeConnection(observation, ends)
      : this.#observeDatagrams(observation, ends);
  }

  /** The records of live flows that first moved a window ago. Call about once a second. */
  flush(nowMs: number): Flow[] {
    const flows: Flow[] = [];
    for (const [id, flow] of this.#waiting) {
      const waitedMs = nowMs - flow.waitingSinceMs;
      // A wait far in the future is left from a clock that was set back.
      if (waitedMs < this.#windowMs && waitedMs > -this.#windowMs) break;
      this.#waiting.delete(id);
      flow.waitingSinceMs = Number.NaN;
      const record = flow.toFlow('live', nowMs, this.#node);
      if (record) flows.push(record);
    }
    if (Math.abs(nowMs - this.#sweptMs) >= this.#windowMs) this.#sweep(nowMs);
    return flows;
  }

  /** Records left out because the table was full are `evicted`. */
  get state(): TableState {
    return {
      entries: Math.max(this.#waiting.size, this.#conversations.size),
      capacity: this.#capacity,
      evicted: this.#dropped,
    };
  }

  #observeConnection(observation: ConnectionObservation, ends: FlowEnds): readonly Flow[] {
    if (observation.phase === 'closed') {
      this.#waiting.delete(observation.id);
      this.#scratch ??= new LiveFlow(ends);
      this.#scratch.readConnection(observation, ends);
      const record = this.#scratch.toFlow('closed', observation.timeMs, this.#node);
      return record ? [record] : NOTHING;
    }
    let flow = this.#waiting.get(observation.id);
    if (flow === undefined) {
      if (this.#waiting.size >= this.#capacity) {
        this.#dropped++;
        return NOTHING;
      }
      flow = new LiveFlow(ends);
      flow.waitingSinceMs = observation.timeMs;
      this.#waiting.set(observation.id, flow);
    }
    flow.readConnection(observation, ends);
    return NOTHING;
  }

  #observeDatagrams(observation: DatagramObservation, ends: FlowEnds): readonly Flow[] {
    let flow = this.#conversations.get(observation.id);
    if (flow === undefined) {
      if (!observation.ended && this.#conversations.size >= this.#capacity) {
        this.#dropped++;
        return NOTHING;
      }
      flow = new LiveFlow(ends);
      if (!observation.ended) this.#conversations.set(observation.id, flow);
    }
    flow.addDatagrams(observation, ends);
    if (observation.ended) {
      this.#conversations.delete(observation.id);
      this.#waiting.delete(observation.id);
      const record = flow.toFlow('closed', observation.timeMs, this.#node);
      return record ? [record] : NOTHING;
    }
    if (Number.isNaN(flow.waitingSinceMs)) this.#wait(flow, observation.timeMs);
    return NOTHING;
  }

  #wait(flow: LiveFlow, timeMs: number): void {
    if (this.#waiting.size >= this.#capacity) {
      this.#dropped++;
      return;
    }
    flow.waitingSinceMs = timeMs;
    this.#waiting.set(flow.id, flow);
  }

  #sweep(nowMs: number): void {
    this.#sweptMs = nowMs;
    for (const [id, flow] of this.#conversations) {
      if (nowMs - flow.lastMs < this.#idleMs) continue;
      this.#conversations.delete(id);
    }
  }
}
