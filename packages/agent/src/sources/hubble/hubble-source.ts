import { release } from 'node:os';
import {
  type CaptureLimits,
  formatAddress,
  formatTime,
  type ListenerObservation,
  Lru,
  type Observation,
  SightingTracker,
} from '@netguard/core';
import type { Config } from '../../config/schema.ts';
import type { HubbleStatus, SourceStatus } from '../../worker/messages.ts';
import { LossCounts } from '../loss-counts.ts';
import { EventClock } from './event-clock.ts';
import type { FlowNames } from './flow-names.ts';
import { flowSighting } from './flow-sighting.ts';
import { FlowStream, type StreamState } from './flow-stream.ts';
import type { FlowMessage } from './messages.ts';

const MOST_LISTENERS = 4096;

/** What the source hands on. Observations are plain values and may be kept. */
export interface HubbleSink {
  observe(observation: Observation): void;
  listener(observation: ListenerObservation): void;
}

export interface HubbleSourceOptions {
  readonly config: Config['sources']['hubble'];
  readonly limits: CaptureLimits;
  readonly names: FlowNames;
  readonly sink: HubbleSink;
  /** Lets time pass up to here, before something of this time is taken: judgements fall due on the way. */
  readonly onTime: (toMs: number) => void;
  readonly onState: (state: StreamState) => void;
}

/** The flows of a Hubble relay as a source of observations, by the time of the flows. */
export class HubbleSource {
  readonly tracker: SightingTracker;
  readonly stream: FlowStream;
  readonly clock = new EventClock();
  readonly #options: HubbleSourceOptions;
  readonly #losses = new LossCounts();
  readonly #listeners = new Lru<string, ListenerObservation>(MOST_LISTENERS);
  #skipped = 0;
  #flowsBefore = 0;
  #askedMs = Date.now();
  #flowsPerSecond = 0;

  constructor(options: HubbleSourceOptions) {
    this.#options = options;
    this.tracker = new SightingTracker({ limits: options.limits, observe: (seen) => this.#observe(seen) });
    this.stream = new FlowStream(options.config, {
      onFlow: (flow, node, timeMs) => this.#flow(flow, node, timeMs),
      onLost: (source, count) => this.#losses.add(source, count),
      onState: (state) => {
        this.clock.setConnected(state.isConnected);
        options.onState(state);
      },
    });
  }

  /** Event time: that of the newest flow, or to which it went on since. The wall clock's before there was any. */
  nowMs(): number {
    const { nowMs } = this.tracker.tracker;
    return nowMs === Number.NEGATIVE_INFINITY ? Date.now() : nowMs;
  }

  /** Call now and then: time goes on where no flow says so. */
  passTime(): void {
    const nowMs = this.clock.nowMs();
    if (nowMs > this.tracker.tracker.nowMs) this.#options.onTime(nowMs);
  }

  /** Once a second: all listeners that were told of, the flows' rate, and what was lost. */
  tick(): void {
    for (const listener of this.#listeners.values()) this.#options.sink.listener(listener);
    const wallMs = Date.now();
    const { flows } = this.stream.figures;
    if (wallMs > this.#askedMs) {
      this.#flowsPerSecond = Math.round(((flows - this.#flowsBefore) * 10_000) / (wallMs - this.#askedMs)) / 10;
      this.#flowsBefore = flows;
      this.#askedMs = wallMs;
    }
    this.#losses.tell(this.nowMs(), (loss) => this.#options.sink.observe(loss));
  }

  setLimits(limits: CaptureLimits): void {
    this.tracker.tracker.configure(limits);
  }

  /** One listener as it is now, for a judgement that falls due. */
  readListener(address: Uint8Array, port: number): void {
    this.tracker.tracker.readListener(formatAddress(address, 0), port);
  }

  countLost(source: string, count: number): void {
    this.#losses.add(source, count);
  }

  lost(): Record<string, number> {
    return this.#losses.totals();
  }

  status(): SourceStatus {
    return {
      kind: 'hubble',
      hubble: this.hubble(),
      programs: [],
      preexistingSockets: 'full',
      wholeHost: true,
      cgroupRoot: '',
      kernel: release(),
    };
  }

  hubble(): HubbleStatus {
    const { isConnected, sinceMs, problem } = this.stream.state;
    const { flows, again, reconnects, version } = this.stream.figures;
    const { repeated, unbegun, unreadable } = this.tracker.left;
    return {
      address: this.#options.config.address ?? '',
      isConnected,
      since: formatTime(sinceMs),
      ...(problem === undefined
        ? undefined
        : {
            problem: {
              code: problem.code,
              message: problem.message,
              ...(problem.hint === undefined ? undefined : { hint: problem.hint }),
            },
          }),
      version,
      flows,
      flowsPerSecond: this.#flowsPerSecond,
      reconnects,
      gaps: this.stream.nodes.gaps,
      unavailableNodes: this.stream.nodes.unavailable,
      repeated: repeated + again,
      skipped: this.#skipped + unbegun + unreadable,
      tellsHandshakes: this.tracker.tellsHandshakes,
    };
  }

  close(): void {
    this.stream.close();
  }

  #flow(flow: FlowMessage, nodeName: string, flowMs: number): void {
    const sighting = flowSighting(flow, nodeName);
    if (typeof sighting === 'string') {
      this.#skipped++;
      return;
    }
    const timeMs = this.clock.timeOf(flowMs);
    const node = nodeName.slice(nodeName.lastIndexOf('/') + 1);
    const { names, onTime } = this.#options;
    names.learn(sighting.sourceIp, flow.source, node, timeMs);
    names.learn(sighting.targetIp, flow.destination, node, timeMs);
    onTime(timeMs);
    this.tracker.take({ ...sighting, timeMs });
  }

  #observe(seen: Observation): void {
    const { names, sink } = this.#options;
    switch (seen.kind) {
      case 'connection':
      case 'datagrams': {
        const { ip, port } = seen.local;
        if (!names.isWatched(ip, seen.timeMs)) return;
        const cgroupId = names.ownerId(names.remote(ip, port, seen.timeMs), seen.timeMs);
        sink.observe({ ...seen, cgroupId });
        return;
      }
      case 'listener':
        if (!names.isWatched(seen.local.ip, seen.timeMs) || !this.tracker.tellsHandshakes) return;
        this.#listeners.set(`${seen.local.ip}|${seen.local.port}`, seen);
        break;
      case 'syn-source':
        if (!names.isWatched(seen.local.ip, seen.timeMs) || !this.tracker.tellsHandshakes) return;
        break;
      case 'probe':
        if (!names.isWatched(seen.targetIp, seen.timeMs) && !names.isWatched(seen.sourceIp, seen.timeMs)) return;
        break;
      case 'loss':
        this.#losses.add(seen.source, seen.count);
        return;
    }
    sink.observe(seen);
  }
}
