import { isLoopbackPair } from '../address.ts';
import type { ConnectionObservation, DatagramObservation } from '../observation.ts';
import type { TableState } from '../table-state.ts';
import { type EdgeSums, EdgeWindow } from './edge-window.ts';
import type { Edge } from './flow.ts';
import type { FlowEnds } from './live-flow.ts';
import { connectionResult, localIsClient } from './orientation.ts';

export interface EdgeTableOptions {
  /** Default 10 s. */
  readonly windowMs?: number;
  /** Edges of one window; the rest is summed in one `other` edge a protocol and reporter. Default 8192. */
  readonly capacity?: number;
  /** A window is complete this long after its end: live sockets are read once a second. Default 1.5 s. */
  readonly latenessMs?: number;
}

/** Open windows at once; event times further apart than this come from a clock that was set. */
const MAX_WINDOWS = 4;

/**
 * Folds what moved into client workload → server workload and port, by window of event time.
 * A connection is counted once, when it ends and its result is known; its bytes are counted as they move.
 */
export class EdgeTable {
  readonly #windowMs: number;
  readonly #capacity: number;
  readonly #latenessMs: number;
  /** By start, oldest first. */
  readonly #windows: EdgeWindow[] = [];
  readonly #completed: EdgeWindow[] = [];
  #flushedUntilMs = Number.NEGATIVE_INFINITY;
  #overflowed = 0;

  constructor(options: EdgeTableOptions = {}) {
    this.#windowMs = options.windowMs ?? 10_000;
    this.#capacity = options.capacity ?? 8192;
    this.#latenessMs = options.latenessMs ?? 1500;
  }

  observe(observation: ConnectionObservation | DatagramObservation, ends: FlowEnds): void {
    if (isLoopbackPair(observation.local.ip, observation.remote.ip)) return;
    const localClient = localIsClient(observation);
    const protocol = observation.kind === 'connection' ? 'TCP' : observation.protocol;
    const reporter = localClient ? 'client' : 'server';
    // ICMP has types where others have ports.
    const port = protocol === 'ICMP' ? 0 : localClient ? observation.remote.port : observation.local.port;
    const window = this.#windowAt(observation.timeMs);
    const client = localClient ? ends.local : ends.remote;
    const server = localClient ? ends.remote : ends.local;
    let edge = window.find(client, server, port, protocol, reporter);
    if (edge === undefined) {
      this.#overflowed++;
      edge = window.other(protocol, reporter);
    }
    const delta = observation.delta;
    edge.requestBytes += localClient ? delta.sentBytes : delta.receivedBytes;
    edge.responseBytes += localClient ? delta.receivedBytes : delta.sentBytes;
    if (observation.kind === 'connection') addConnection(edge, observation);
  }

  /** The edges of windows that ended at least `latenessMs` ago. What arrives later counts in the next window. */
  flush(nowMs: number): Edge[] {
    const edges: Edge[] = [];
    for (const window of this.#completed.splice(0)) {
      for (const edge of window.toEdges(this.#windowMs)) edges.push(edge);
    }
    for (let index = 0; index < this.#windows.length; ) {
      const window = this.#windows[index]!;
      const isOver = window.startMs + this.#windowMs + this.#latenessMs <= nowMs;
      const isFromAnotherClock = window.startMs > nowMs + 2 * this.#windowMs;
      if (!isOver && !isFromAnotherClock) {
        index++;
        continue;
      }
      this.#windows.splice(index, 1);
      if (isOver) this.#flushedUntilMs = window.startMs + this.#windowMs;
      for (const edge of window.toEdges(this.#windowMs)) edges.push(edge);
    }
    return edges;
  }

  /** The newest window as it stands: incomplete, for a live view. */
  peek(): Edge[] {
    return this.#windows.at(-1)?.toEdges(this.#windowMs) ?? [];
  }

  /** `evicted` counts the observations that went into an `other` edge. */
  get state(): TableState {
    let entries = 0;
    for (const window of this.#windows) entries = Math.max(entries, window.size);
    return { entries, capacity: this.#capacity, evicted: this.#overflowed };
  }

  #windowAt(timeMs: number): EdgeWindow {
    const newest = this.#windows.at(-1);
    let startMs = Math.floor(timeMs / this.#windowMs) * this.#windowMs;
    // Late: its own window is gone already. Nothing is lost by counting it in the next one.
    const behindMs = this.#flushedUntilMs - startMs;
    if (behindMs > 0 && behindMs <= 2 * this.#windowMs) startMs = this.#flushedUntilMs;
    if (newest !== undefined && newest.startMs === startMs) return newest;
    for (const window of this.#windows) if (window.startMs === startMs) return window;
    const oldest = this.#windows[0];
    // Late: its own window is gone already. Nothing is lost by counting it ten seconds on.
    if (oldest !== undefined && startMs < oldest.startMs && oldest.startMs - startMs < 2 * this.#windowMs)
      return oldest;
    const window = new EdgeWindow(startMs, this.#capacity);
    this.#windows.push(window);
    this.#windows.sort((a, b) => a.startMs - b.startMs);
    if (this.#windows.length > MAX_WINDOWS) this.#completed.push(this.#windows.shift()!);
    return window;
  }
}

function addConnection(edge: EdgeSums, observation: ConnectionObservation): void {
  edge.retransmits += observation.delta.retransmits;
  if (observation.srttUs > 0) {
    edge.rttSumUs += observation.srttUs;
    edge.rttSamples++;
  }
  if (observation.phase !== 'closed') return;
  const result = connectionResult(observation.established, observation.closeReason ?? 'unknown', 0);
  if (result !== undefined) edge.addResult(result);
}
