/** For tests only: a listener as the kernel programs see it, and a pipeline that reads and evaluates as the agent's does. */
import type { Finding } from '../alert/alert.ts';
import type { Endpoint } from '../endpoint.ts';
import type { ListenerObservation, Observation } from '../observation.ts';
import type { Who } from './detector.ts';
import type { DetectorSet } from './detector-set.ts';
import { type Found, type Scenario, START_MS } from './scenario.ts';

export interface Traffic {
  readonly fromMs: number;
  readonly toMs: number;
  readonly synsPerSecond: number;
  /** The source of the nth SYN. */
  readonly source: (nth: number) => string;
  /** SYN to last ACK; Infinity for a source that never sends one. */
  readonly rttMs: number;
  /** A real client that is turned away tries again after 1 s and after 3 s. */
  readonly retransmits?: boolean;
  /** Bare ACKs that forge a completion, per SYN. */
  readonly bareAcks?: number;
}

export interface SimulatedListener {
  readonly endpoint: Endpoint;
  readonly netns: number;
  readonly ip: string;
  readonly port: number;
  readonly backlog: number;
  readonly acceptsPerSecond: number;
  readonly traffic: readonly Traffic[];
  /** Counters before the simulation begins. */
  readonly earlier?: Partial<Pick<ListenerObservation, 'syns' | 'completed' | 'acks'>>;
}

const WINDOW_MS = 1000;
const GRACE_MS = 150;
const SAMPLES = 8;

/** One listener group's counters and queues, in steps of one millisecond. */
export class ListenerSimulation {
  readonly #spec: SimulatedListener;
  readonly #limits: { readonly listener: number; readonly source: number };
  readonly who: Who;
  #syns: number;
  #completed: number;
  #acks: number;
  #retransmits = 0;
  #queueFull = 0;
  #halfOpen = 0;
  #acceptQueue = 0;
  #acceptCredit = 0;
  readonly #sent: number[];
  readonly #credit: number[];
  readonly #samples: string[] = [];
  /** What happens later, by millisecond. */
  readonly #later = new Map<number, (() => void)[]>();
  #windowStartMs = Number.NEGATIVE_INFINITY;
  #windowSyns = 0;
  #fireAt = 0;
  readonly #perSource = new Map<string, { syns: number; completed: number; crossedMs: number; fired: boolean }>();
  readonly #distinct = new Set<string>();
  #out: Observation[] = [];
  #moved = true;

  constructor(spec: SimulatedListener, limits: { readonly listener: number; readonly source: number }) {
    this.#spec = spec;
    this.#limits = limits;
    this.who = { local: spec.endpoint, remote: null };
    this.#syns = spec.earlier?.syns ?? 0;
    this.#completed = spec.earlier?.completed ?? 0;
    this.#acks = spec.earlier?.acks ?? 0;
    this.#sent = spec.traffic.map(() => 0);
    this.#credit = spec.traffic.map(() => 0);
  }

  get ref(): string {
    return `${this.#spec.netns}|${this.#spec.ip}|${this.#spec.port}`;
  }

  /** Moves on one millisecond; returns what the kernel raises at once. */
  step(nowMs: number): Observation[] {
    this.#out = [];
    const accepts = this.#spec.acceptsPerSecond / 1000;
    this.#acceptCredit = Math.min(Math.max(1, accepts), this.#acceptCredit + accepts);
    for (; this.#acceptCredit >= 1 && this.#acceptQueue > 0; this.#acceptCredit--) this.#acceptQueue--;
    for (const happen of this.#later.get(nowMs) ?? []) happen();
    this.#later.delete(nowMs);
    for (const [index, traffic] of this.#spec.traffic.entries()) {
      if (nowMs < traffic.fromMs || nowMs >= traffic.toMs) continue;
      this.#credit[index] = this.#credit[index]! + traffic.synsPerSecond / 1000;
      for (; this.#credit[index]! >= 1; this.#credit[index]!--) {
        this.#arrive(nowMs, traffic, traffic.source(this.#sent[index]!++), 0);
      }
    }
    return this.#out;
  }

  /** A reading for a tick; undefined when nothing moved since the last. */
  tick(nowMs: number): ListenerObservation | undefined {
    if (!this.#moved) return undefined;
    this.#moved = false;
    return this.read(nowMs, 'tick');
  }

  read(nowMs: number, trigger: 'threshold' | 'tick'): ListenerObservation {
    return {
      kind: 'listener',
      timeMs: nowMs,
      trigger,
      cgroupId: this.#spec.netns,
      netns: this.#spec.netns,
      local: { ip: this.#spec.ip, port: this.#spec.port },
      syns: this.#syns,
      windowSyns: this.#windowSyns,
      synRetransmits: this.#retransmits,
      queueFullSyns: this.#queueFull,
      completed: this.#completed,
      acks: this.#acks,
      oddFlags: 0,
      halfOpen: Math.min(this.#halfOpen, this.#spec.backlog),
      backlog: this.#spec.backlog,
      acceptQueue: this.#acceptQueue,
      distinctSources: this.#distinct.size,
      sampleSources: [...this.#samples],
    };
  }

  #arrive(nowMs: number, traffic: Traffic, source: string, tries: number): void {
    this.#moved = true;
    if (tries === 0) this.#syns++;
    else this.#retransmits++;
    const isFull = this.#acceptQueue > this.#spec.backlog;
    if (tries === 0) {
      if (isFull) this.#queueFull++;
      this.#countWindow(nowMs, source);
    }
    this.#acks += traffic.bareAcks ?? 0;
    if (isFull) {
      if (traffic.retransmits && tries < 2) {
        this.#at(nowMs + 1000 * (tries + 1), (at) => this.#arrive(at, traffic, source, tries + 1));
      }
      return;
    }
    this.#halfOpen++;
    if (traffic.rttMs === Number.POSITIVE_INFINITY) return;
    this.#at(nowMs + traffic.rttMs, (at) => {
      this.#moved = true;
      this.#acks++;
      if (this.#acceptQueue > this.#spec.backlog) return;
      this.#halfOpen--;
      this.#acceptQueue++;
      this.#completed++;
      const cell = this.#perSource.get(source);
      if (cell) cell.completed++;
      this.#out.push(connectionFrom(source, this.#spec, at));
    });
  }

  #countWindow(nowMs: number, source: string): void {
    if (nowMs - this.#windowStartMs >= WINDOW_MS) {
      this.#windowStartMs = nowMs;
      this.#windowSyns = 0;
      this.#fireAt = this.#limits.listener;
      this.#perSource.clear();
      this.#distinct.clear();
    }
    this.#distinct.add(source);
    this.#samples.push(source);
    if (this.#samples.length > SAMPLES) this.#samples.shift();
    this.#windowSyns++;
    if (this.#windowSyns === this.#fireAt) {
      this.#fireAt *= 2;
      this.#out.push(this.read(nowMs, 'threshold'));
    }
    this.#countSource(nowMs, source);
  }

  #countSource(nowMs: number, source: string): void {
    let cell = this.#perSource.get(source);
    if (!cell) {
      cell = { syns: 0, completed: 0, crossedMs: Number.NaN, fired: false };
      this.#perSource.set(source, cell);
    }
    cell.syns++;
    if (cell.syns < this.#limits.source || cell.fired) return;
    if (Number.isNaN(cell.crossedMs)) cell.crossedMs = nowMs;
    if (nowMs - cell.crossedMs < GRACE_MS || cell.completed * 2 >= this.#limits.source) return;
    cell.fired = true;
    this.#out.push({
      kind: 'syn-source',
      timeMs: nowMs,
      cgroupId: this.#spec.netns,
      netns: this.#spec.netns,
      local: { ip: this.#spec.ip, port: this.#spec.port },
      sourceIp: source,
      windowMs: WINDOW_MS,
      syns: this.#limits.source,
      completed: cell.completed,
    });
  }

  #at(timeMs: number, happen: (timeMs: number) => void): void {
    const due = this.#later.get(timeMs) ?? [];
    due.push(() => happen(timeMs));
    this.#later.set(timeMs, due);
  }
}

function connectionFrom(source: string, spec: SimulatedListener, timeMs: number): Observation {
  const none = { receivedBytes: 0, sentBytes: 0, receivedPackets: 0, sentPackets: 0, retransmits: 0 };
  return {
    kind: 'connection',
    timeMs,
    phase: 'closed',
    id: `${source}-${timeMs}`,
    role: 'server',
    cgroupId: spec.netns,
    netns: spec.netns,
    local: { ip: spec.ip, port: spec.port },
    remote: { ip: source, port: 40_000 },
    pid: 1,
    comm: 'server',
    established: true,
    isNew: true,
    preexisting: false,
    delta: none,
    total: none,
    unackedBytes: 0,
    srttUs: 0,
    startMs: timeMs,
    closeReason: 'fin',
  };
}

/** Listeners under traffic from `START_MS` on, for the contract suite. */
export function listeners(specs: readonly SimulatedListener[], forMs: number): Scenario {
  return (set) => simulate(set, specs, START_MS, START_MS + forMs);
}

/**
 * Runs listeners through detectors from `fromMs` to `toMs`: a reading a second of each that moved, threshold events at once,
 * a fresh reading of pending ones at `nextDueMs`. Returns all findings.
 */
export function simulate(
  set: DetectorSet,
  specs: readonly SimulatedListener[],
  fromMs: number,
  toMs: number,
  each: (findings: Finding[], nowMs: number) => void = () => {},
): Found[] {
  const limits = {
    listener: set.lowestParameter('syn-flood', 'listenerSynsPerWindow') ?? 200,
    source: set.lowestParameter('syn-flood', 'sourceSynsPerWindow') ?? 160,
  };
  const simulations = specs.map((spec) => new ListenerSimulation(spec, limits));
  const found: Found[] = [];
  const evaluate = (nowMs: number): void => {
    const findings = set.evaluate(nowMs);
    for (const finding of findings) found.push({ atMs: nowMs, finding });
    each(findings, nowMs);
  };
  for (let nowMs = fromMs; nowMs < toMs; nowMs++) {
    let raised = false;
    for (const simulation of simulations) {
      for (const observation of simulation.step(nowMs)) {
        set.observe(observation, simulation.who);
        raised ||= observation.kind !== 'connection';
      }
    }
    const isTick = (nowMs - fromMs) % 1000 === 999;
    const isDue = nowMs >= set.nextDueMs;
    if (isDue || isTick) {
      const pending = new Set(set.pendingListeners().map(({ netns, ip, port }) => `${netns}|${ip}|${port}`));
      for (const simulation of simulations) {
        if (!isTick && !pending.has(simulation.ref)) continue;
        const reading = isTick ? simulation.tick(nowMs) : simulation.read(nowMs, 'tick');
        if (reading !== undefined) set.observe(reading, simulation.who);
      }
    }
    if (raised || isDue || isTick) evaluate(nowMs);
  }
  return found;
}
