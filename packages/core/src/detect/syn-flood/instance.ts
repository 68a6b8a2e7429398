import type { Finding } from '../../alert/alert.ts';
import type { ListenerObservation, Observation, SynSourceObservation } from '../../observation.ts';
import { Lru } from '../../sketch/lru.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext, NameAddress } from '../context.ts';
import type { DetectorInstance, ListenerRef, Who } from '../detector.ts';
import { KnownSources } from '../known-sources.ts';
import { listenerKey, listenerTarget } from '../listener-key.ts';
import { floodSource } from './attribution.ts';
import { judgeOngoing, judgePending, judgeQueue, type Measure, windowEnding } from './judgement.ts';
import { type Alarm, ListenerState, type Pending } from './listener-state.ts';
import type { SynFloodParameters } from './parameters.ts';
import { listenerFinding } from './report.ts';
import { SecondaryFloods, tell } from './secondary-floods.ts';
import { judgeSources } from './source-judgement.ts';

/** Listener groups at once. A node of 110 pods has some hundreds. */
const CAPACITY = 2048;
/** A judgement waits this long for a fresh reading: the next tick brings one of any group that moved. */
const FRESH_WAIT_MS = 1500;
/** A reading may be this much older than the moment it was asked for: two clocks are compared. */
const CLOCK_SLACK_MS = 10;

export class SynFloodInstance implements DetectorInstance {
  #parameters: SynFloodParameters;
  readonly #nameAddress: NameAddress;
  readonly #known: KnownSources;
  readonly #secondary: SecondaryFloods;
  readonly #listeners = new Lru<string, ListenerState>(CAPACITY, (state) => state.isActive);
  /** Listeners that an evaluation has to look at. */
  readonly #active = new Set<ListenerState>();
  #nextDueMs = Number.POSITIVE_INFINITY;

  constructor(parameters: SynFloodParameters, context: DetectorContext) {
    this.#parameters = parameters;
    this.#nameAddress = context.nameAddress;
    this.#known = new KnownSources(context, parameters.knownSourceMs);
    this.#secondary = new SecondaryFloods(context);
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
    this.#known.rememberMs = this.#parameters.knownSourceMs;
  }

  observe(observation: Observation, who: Who): void {
    if (observation.kind === 'listener') this.#observeListener(observation, who);
    else if (observation.kind === 'syn-source') this.#observeSource(observation, who);
    else {
      if (observation.kind === 'connection') this.#known.observe(observation);
      this.#secondary.observe(observation, who, this.#parameters);
    }
  }

  evaluate(nowMs: number): Finding[] {
    const findings: Finding[] = [];
    this.#nextDueMs = Number.POSITIVE_INFINITY;
    for (const state of this.#active) {
      const flood = this.#evaluateListener(state, nowMs);
      if (flood !== undefined) findings.push(flood);
      if (state.hasTallies) findings.push(...judgeSources(state, nowMs, this.#parameters, this.#nameAddress));
      if (!state.spell.isActive(nowMs)) state.spell.end();
      if (!state.isActive) this.#active.delete(state);
      else this.#awaitDue(state, nowMs);
    }
    const told = new Set<string>();
    for (const finding of findings) tell(finding, told);
    findings.push(...this.#secondary.evaluate(nowMs, told, this.#parameters));
    return findings;
  }

  get nextDueMs(): number {
    return this.#nextDueMs;
  }

  pendingListeners(): ListenerRef[] {
    const pending: ListenerRef[] = [];
    for (const state of this.#active) if (state.pending !== undefined) pending.push(state.ref);
    return pending;
  }

  get state(): TableState {
    const secondary = this.#secondary.state;
    return {
      entries: this.#listeners.size + this.#known.size + secondary.entries,
      capacity: this.#listeners.capacity + this.#known.capacity + secondary.capacity,
      evicted: this.#listeners.evicted + this.#known.evicted + secondary.evicted,
    };
  }

  #observeListener(reading: ListenerObservation, who: Who): void {
    const p = this.#parameters;
    const state = this.#stateOf(reading, who);
    const assumedSyns = reading.windowSyns ?? p.listenerSynsPerWindow;
    const outcome = state.window.push(reading, p.windowMs, assumedSyns);
    if (outcome !== 'late') {
      if (reading.syns > (state.last?.syns ?? 0)) this.#secondary.noteListener(state.target, reading.timeMs);
      state.last = reading;
      state.spell.follow(reading, state.window);
    }
    if (outcome === 'anew') {
      state.pending = undefined;
      if (state.alarm) {
        state.alarm.reportedSyns = reading.syns;
        state.alarm.baseSyns = reading.syns;
      }
    }
    if (state.alarm !== undefined || state.pending !== undefined) state.sampled.add(reading);
    else this.#considerPending(state, reading);
    if (state.isActive) this.#active.add(state);
  }

  /** SYNs over the floor get their grace; the event of the kernel is trusted for its own window. */
  #considerPending(state: ListenerState, reading: ListenerObservation): void {
    const p = this.#parameters;
    const told = reading.trigger === 'threshold' ? (reading.windowSyns ?? 0) : 0;
    // A rate is never more than what it is made from.
    const counts = state.window.synsBetween(reading.timeMs - p.windowMs, reading.timeMs);
    if (Math.max(counts, told) < p.listenerSynsPerWindow) return;
    const { moved, rate: counted } = windowEnding(state, reading.timeMs, p);
    const rate = Math.max(counted, told);
    if (rate < p.listenerSynsPerWindow) return;
    state.sampled.clear();
    state.sampled.add(reading);
    state.pending = { atMs: reading.timeMs, dueMs: reading.timeMs + p.handshakeGraceMs, moved, rate };
    this.#nextDueMs = Math.min(this.#nextDueMs, state.pending.dueMs);
  }

  #observeSource(crossing: SynSourceObservation, who: Who): void {
    const state = this.#stateOf(crossing, who);
    state.tallies.note(crossing);
    this.#active.add(state);
    this.#nextDueMs = Math.min(this.#nextDueMs, crossing.timeMs);
  }

  #evaluateListener(state: ListenerState, nowMs: number): Finding | undefined {
    const p = this.#parameters;
    if (state.alarm !== undefined) {
      const measure = judgeOngoing(state, this.#known, nowMs, p);
      if (measure !== undefined) return this.#finding(state, state.alarm, measure);
      state.endAlarm();
      return undefined;
    }
    const pending = state.pending;
    if (pending !== undefined && isRipe(state, pending, nowMs)) {
      state.pending = undefined;
      const measure = judgePending(state, pending, p);
      if (measure !== undefined) return this.#open(state, measure, pending);
    }
    const measure = judgeQueue(state, this.#known, nowMs, p);
    return measure === undefined ? undefined : this.#open(state, measure, undefined);
  }

  #open(state: ListenerState, measure: Measure, pending: Pending | undefined): Finding {
    if (state.last !== undefined) state.sampled.add(state.last);
    const atMs = pending?.atMs ?? state.window.newestMs;
    const alarm = {
      sinceMs: pending?.atMs ?? state.spell.sinceMs,
      source: floodSource(state, pending?.rate ?? measure.rate, measure, atMs, this.#known, this.#nameAddress),
      baseSyns: state.window.syns - measure.moved.syns,
      reportedSyns: state.window.syns - measure.moved.syns,
      distinctSources: 0,
    };
    state.pending = undefined;
    state.alarm = alarm;
    return this.#finding(state, alarm, measure);
  }

  #finding(state: ListenerState, alarm: Alarm, measure: Measure): Finding {
    const sender = this.#secondary.rawSenderToward(state.target);
    return listenerFinding(state, alarm, measure, this.#parameters, this.#nameAddress, sender);
  }

  /** The next moment to look again: never one that has passed, or the pipeline would spin. */
  #awaitDue(state: ListenerState, nowMs: number): void {
    const due = state.pending?.dueMs;
    if (due === undefined) return;
    this.#nextDueMs = Math.min(this.#nextDueMs, due > nowMs ? due : nowMs + FRESH_WAIT_MS);
  }

  #stateOf(observation: ListenerObservation | SynSourceObservation, who: Who): ListenerState {
    const key = listenerKey(observation);
    const target = listenerTarget(observation, who);
    let state = this.#listeners.get(key);
    if (state === undefined) {
      state = new ListenerState({ netns: observation.netns, ...observation.local }, target);
      const evicted = this.#listeners.set(key, state);
      if (evicted !== undefined) this.#active.delete(evicted);
    } else if (state.alarm === undefined) {
      state.target = target;
    }
    return state;
  }
}

/** Ripe with a reading of after the grace; without one when so much time has passed that the group cannot have moved. */
function isRipe(state: ListenerState, pending: Pending, nowMs: number): boolean {
  // A due time far ahead is from before the clock was set back.
  if (pending.dueMs > nowMs + FRESH_WAIT_MS) return true;
  if (nowMs < pending.dueMs) return false;
  return state.window.newestMs >= pending.dueMs - CLOCK_SLACK_MS || nowMs >= pending.dueMs + FRESH_WAIT_MS;
}
