import type { ListenerObservation } from '../observation.ts';
import type { Host } from './host.ts';
import { SourceCount } from './source-count.ts';

const SAMPLES = 8;

/**
 * A port that got SYNs. `open`: it was seen to answer one; `closed`: it refused one and answered none; `silent`: neither, so
 * either a firewall stands before it or the capture has one direction only.
 */
export class Listener {
  readonly slot: number;
  readonly host: Host;
  readonly port: number;
  answers: 'silent' | 'open' | 'closed' = 'silent';
  syns = 0;
  synRetransmits = 0;
  completed = 0;
  acks = 0;
  oddFlags = 0;
  halfOpen = 0;
  isDirty = false;
  windowStartMs = Number.NEGATIVE_INFINITY;
  windowSyns = 0;
  fireAt = 0;
  readonly sources = new SourceCount();
  readonly #samples: Host[] = [];

  constructor(slot: number, host: Host, port: number) {
    this.slot = slot;
    this.host = host;
    this.port = port;
  }

  /** Keeps the source of the SYN that was just counted. */
  sample(source: Host): void {
    this.#samples[(this.syns - 1) % SAMPLES] = source;
  }

  observation(timeMs: number, trigger: 'threshold' | 'tick'): ListenerObservation {
    return {
      kind: 'listener',
      timeMs,
      trigger,
      cgroupId: this.host.netns,
      netns: this.host.netns,
      local: { ip: this.host.ip, port: this.port },
      syns: this.syns,
      ...(trigger === 'threshold' ? { windowSyns: this.windowSyns } : undefined),
      synRetransmits: this.synRetransmits,
      queueFullSyns: 0,
      completed: this.completed,
      acks: this.acks,
      oddFlags: this.oddFlags,
      halfOpen: this.halfOpen,
      backlog: 0,
      acceptQueue: 0,
      distinctSources: this.sources.estimate,
      sampleSources: this.#sampled(),
    };
  }

  /** The last SYNs' sources, newest last. */
  #sampled(): string[] {
    const found: string[] = [];
    for (let nth = Math.max(0, this.syns - SAMPLES); nth < this.syns; nth++) {
      const host = this.#samples[nth % SAMPLES];
      if (host !== undefined) found.push(host.ip);
    }
    return found;
  }
}
