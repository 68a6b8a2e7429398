import type { Endpoint } from '../../endpoint.ts';
import { workloadKey } from '../../endpoint.ts';
import type { ConnectionObservation } from '../../observation.ts';
import { HyperLogLog } from '../../sketch/hyper-log-log.ts';
import { Lru } from '../../sketch/lru.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import { FloodLane } from '../flood-lane.ts';
import { type FloodState, FloodTargets } from '../flood-targets.ts';
import type { SynFloodParameters } from './parameters.ts';

const CAPACITY = 2048;
const PENDING_CAPACITY = 16_384;
/** A SYN without an answer for so long has failed (trap 22). */
const UNANSWERED_MS = 1000;
/** Spans in a row: clients that wait for a stuck server open nothing new meanwhile. */
const SUSTAINED = 3;
const SUSPICION = 0.25;
/** Attempts a second that no scanner makes twice at the same port. */
const BEYOND_SCANS = 10_000;

/** What one workload opened in vain. */
export class Opener implements FloodState {
  readonly key: string;
  endpoint: Endpoint;
  isHeld = true;
  isTouched = false;
  readonly lane = new FloodLane();
  /** Address and port of what was tried, from the moment it may be a flood. */
  tried: HyperLogLog | undefined;
  refused = 0;
  spansOver = 0;
  alarm: { readonly sinceMs: number; readonly target: Endpoint } | undefined;

  constructor(key: string, endpoint: Endpoint) {
    this.key = key;
    this.endpoint = endpoint;
  }

  get isKept(): boolean {
    return this.alarm !== undefined;
  }
}

/** Connections of ours that fail by the hundred at one target: a pod that floods through its own kernel. */
export class Openings {
  readonly #context: DetectorContext;
  readonly #openers = new FloodTargets<Opener>(CAPACITY, (key, endpoint) => new Opener(key, endpoint));
  /** Connections first seen before it could be told whether they would be answered. */
  readonly #pending = new Lru<string, true>(PENDING_CAPACITY);

  constructor(context: DetectorContext) {
    this.#context = context;
  }

  observe(seen: ConnectionObservation, local: Endpoint, p: SynFloodParameters): void {
    if (seen.role !== 'client') return;
    if (seen.established) {
      if (!seen.isNew && this.#pending.size > 0) this.#pending.delete(seen.id);
      return;
    }
    const isKnown = !seen.isNew && this.#pending.delete(seen.id);
    if (!seen.isNew && !isKnown) return;
    const hasFailed =
      seen.phase === 'closed' ? seen.closeReason !== 'none' : seen.timeMs - seen.startMs >= UNANSWERED_MS;
    if (hasFailed) this.#failed(seen, local, p);
    else if (seen.phase === 'live') this.#pending.set(seen.id, true);
  }

  /** Calls `each` for every workload that floods, with its attempts a second at the target. */
  evaluate(nowMs: number, spanMs: number, p: SynFloodParameters, each: (opener: Opener, rate: number) => void): void {
    const floor = (p.sourceSynsPerWindow * 1000) / p.windowMs;
    this.#openers.evaluate((opener) => {
      const { lane } = opener;
      const moved = !lane.isIdle;
      lane.roll(spanMs);
      const loudest = lane.peers?.loudest;
      const rate = lane.rate * (loudest?.share ?? 0);
      if (loudest === undefined || !isFlood(opener, rate, floor, p)) {
        opener.alarm = undefined;
        opener.spansOver = 0;
      } else if (++opener.spansOver >= SUSTAINED || rate >= BEYOND_SCANS || opener.alarm !== undefined) {
        const { cluster, nameAddress } = this.#context;
        opener.alarm ??= { sinceMs: nowMs, target: cluster.behind(nameAddress(loudest.ip)) };
        // A pod never tells of itself as its own target.
        if (workloadKey(opener.alarm.target) !== opener.key) each(opener, rate);
      }
      if (opener.spansOver === 0) {
        lane.peers = undefined;
        opener.tried = undefined;
      }
      opener.refused = 0;
      return moved;
    });
  }

  get state(): TableState {
    const { entries, capacity, evicted } = this.#openers.state;
    const pending = this.#pending;
    return {
      entries: entries + pending.size,
      capacity: capacity + pending.capacity,
      evicted: evicted + pending.evicted,
    };
  }

  #failed(seen: ConnectionObservation, local: Endpoint, p: SynFloodParameters): void {
    const { ip, port } = seen.remote;
    if (this.#context.cluster.isDeclared(ip, port, seen.timeMs)) return;
    const opener = this.#openers.touch(local);
    if (seen.closeReason === 'refused') opener.refused++;
    opener.lane.add(1, 0, ip, port, ((p.sourceSynsPerWindow * 1000) / p.windowMs) * SUSPICION);
    if (opener.lane.peers === undefined) return;
    opener.tried ??= new HyperLogLog();
    opener.tried.add(`${ip}:${port}`);
  }
}

/** The same few ports again and again, without an answer; or so fast that what is refused floods too. */
function isFlood(opener: Opener, rate: number, floor: number, p: SynFloodParameters): boolean {
  const attempts = opener.lane.peers?.packets ?? 0;
  const tried = Math.max(1, opener.tried?.estimate() ?? 1);
  const scale = opener.alarm === undefined ? 1 : p.offRatio;
  if (rate >= BEYOND_SCANS * scale && attempts >= 1.8 * tried) return true;
  const isRefused = opener.refused * 2 >= opener.lane.rolled;
  return !isRefused && rate >= floor * scale && attempts >= p.synsPerPort * tried;
}
