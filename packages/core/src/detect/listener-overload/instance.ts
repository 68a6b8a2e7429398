import type { Finding } from '../../alert/alert.ts';
import { type Endpoint, endpointName } from '../../endpoint.ts';
import type { ListenerObservation, Observation } from '../../observation.ts';
import { Lru } from '../../sketch/lru.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { KnownSources } from '../known-sources.ts';
import { listenerKey, listenerTarget } from '../listener-key.ts';
import { ListenerWindow, type Movement } from '../listener-window.ts';
import { nobodyRetransmits, QueueSpell } from '../queue-spell.ts';
import type { ListenerOverloadParameters } from './parameters.ts';

const CAPACITY = 2048;
const WINDOW_MS = 1000;

class Listener {
  readonly window = new ListenerWindow();
  readonly spell = new QueueSpell();
  target: Endpoint;
  last: ListenerObservation;
  alarmSinceMs = Number.NaN;
  reportedTurnedAway = 0;

  constructor(target: Endpoint, last: ListenerObservation) {
    this.target = target;
    this.last = last;
  }
}

export class ListenerOverloadInstance implements DetectorInstance {
  readonly nextDueMs = Number.POSITIVE_INFINITY;
  #parameters: ListenerOverloadParameters;
  readonly #known: KnownSources;
  readonly #listeners = new Lru<string, Listener>(CAPACITY, (listener) => !Number.isNaN(listener.spell.sinceMs));
  /** Listeners in a spell of full accept queues. */
  readonly #active = new Set<Listener>();

  constructor(parameters: ListenerOverloadParameters, context: DetectorContext) {
    this.#parameters = parameters;
    this.#known = new KnownSources(context, parameters.knownSourceMs);
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
    this.#known.rememberMs = this.#parameters.knownSourceMs;
  }

  observe(observation: Observation, who: Who): void {
    if (observation.kind === 'connection') this.#known.observe(observation);
    else if (observation.kind === 'listener') this.#observeListener(observation, who);
  }

  evaluate(nowMs: number): Finding[] {
    const findings: Finding[] = [];
    for (const listener of this.#active) {
      if (!listener.spell.isActive(nowMs)) {
        listener.spell.end();
        listener.alarmSinceMs = Number.NaN;
        this.#active.delete(listener);
      } else {
        const finding = this.#evaluateListener(listener, nowMs);
        if (finding !== undefined) findings.push(finding);
      }
    }
    return findings;
  }

  get state(): TableState {
    return {
      entries: this.#listeners.size + this.#known.size,
      capacity: this.#listeners.capacity + this.#known.capacity,
      evicted: this.#listeners.evicted + this.#known.evicted,
    };
  }

  #observeListener(reading: ListenerObservation, who: Who): void {
    const key = listenerKey(reading);
    const target = listenerTarget(reading, who);
    let listener = this.#listeners.get(key);
    if (listener === undefined) {
      listener = new Listener(target, reading);
      const evicted = this.#listeners.set(key, listener);
      if (evicted !== undefined) this.#active.delete(evicted);
    }
    const assumedSyns = reading.windowSyns ?? this.#parameters.floodSynsPerWindow;
    if (listener.window.push(reading, WINDOW_MS, assumedSyns) === 'late') return;
    if (Number.isNaN(listener.alarmSinceMs)) listener.target = target;
    listener.last = reading;
    listener.spell.follow(reading, listener.window);
    if (!Number.isNaN(listener.spell.sinceMs)) this.#active.add(listener);
  }

  #evaluateListener(listener: Listener, nowMs: number): Finding | undefined {
    const p = this.#parameters;
    if (listener.spell.lastedMs(nowMs) < p.sustainedMs || this.#isFlood(listener, nowMs)) {
      listener.alarmSinceMs = Number.NaN;
      return undefined;
    }
    const { newestMs } = listener.window;
    const moved = listener.window.between(newestMs - p.sustainedMs, newestMs);
    const turnedAway = moved.queueFullSyns + moved.synRetransmits;
    if (Number.isNaN(listener.alarmSinceMs)) {
      if (turnedAway < p.turnedAwaySyns) return undefined;
      listener.alarmSinceMs = listener.spell.sinceMs;
      listener.reportedTurnedAway = totalTurnedAway(listener.last) - turnedAway;
    }
    return finding(listener, moved, turnedAway, p);
  }

  /** One cause, one alert: the flood detector speaks when the sources look invented. */
  #isFlood(listener: Listener, nowMs: number): boolean {
    const limits = {
      queueFullMs: this.#parameters.sustainedMs,
      windowMs: WINDOW_MS,
      listenerSynsPerWindow: this.#parameters.floodSynsPerWindow,
      retransmitShare: this.#parameters.retransmitShare,
    };
    if (!nobodyRetransmits(listener.window, listener.spell, nowMs, limits)) return false;
    return !this.#known.areMost(listener.last.sampleSources, nowMs);
  }
}

function totalTurnedAway(reading: ListenerObservation): number {
  return reading.queueFullSyns + reading.synRetransmits;
}

function finding(listener: Listener, moved: Movement, turnedAway: number, p: ListenerOverloadParameters): Finding {
  const { last, target } = listener;
  const name = `${endpointName(target)}:${target.port ?? 0}`;
  const total = totalTurnedAway(last);
  const count = Math.max(0, total - listener.reportedTurnedAway);
  listener.reportedTurnedAway = total;
  return {
    rule: 'listener-overload',
    category: 'health',
    severity: 'low',
    confidence: 0.9,
    title: `${name} accepts connections too slowly`,
    description:
      `The accept queue of ${name} is full (${last.acceptQueue} waiting, backlog ${last.backlog}), so ${turnedAway} connection ` +
      `requests were turned away in ${p.sustainedMs / 1000} s. The clients are real: they retransmit, or are known here. ` +
      'They see slow or timed-out connects.',
    source: null,
    target,
    sinceMs: listener.alarmSinceMs,
    count,
    evidence: {
      observed: turnedAway,
      threshold: p.turnedAwaySyns,
      unit: 'SYN',
      windowMs: p.sustainedMs,
      queueFullSyns: moved.queueFullSyns,
      synRetransmits: moved.synRetransmits,
      syns: moved.syns,
      completed: moved.completed,
      acceptQueue: last.acceptQueue,
      backlog: last.backlog,
      halfOpen: last.halfOpen,
      sampleSources: last.sampleSources,
    },
    mitre: [],
    suggestion:
      'Find out why the application does not accept: CPU throttling, garbage collection, a blocked event loop or an exhausted thread ' +
      'pool. Then add replicas, or raise the backlog given to listen() together with net.core.somaxconn.',
  };
}
