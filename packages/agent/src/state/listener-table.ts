import type { ListenerView } from '../http/api-types.ts';
import type { ListenerRow, Tick } from '../worker/messages.ts';
import { History } from './history.ts';
import { subjectKey } from './subject.ts';

interface ListenerState {
  row: ListenerRow;
  synsPerSecond: number;
  completedPerSecond: number;
  readonly history: History;
  seenMs: number;
}

/** Listeners above this are not kept; the kernel's own table holds 4,096 unless configured otherwise. */
const MAX_LISTENERS = 65_536;

const COUNTS = [
  'syns',
  'completed',
  'synRetransmits',
  'queueFullSyns',
  'halfOpen',
  'acceptQueue',
  'backlog',
] as const satisfies (keyof ListenerRow)[];

/** One row an endpoint, address and port: an endpoint may own several network namespaces. */
export function mergeListeners(rows: readonly ListenerRow[]): Map<string, ListenerRow> {
  const merged = new Map<string, ListenerRow>();
  for (const row of rows) {
    const key = `${subjectKey(row.endpoint)}\0${row.address}\0${row.port}`;
    const known = merged.get(key);
    if (known === undefined) merged.set(key, row);
    else merged.set(key, { ...row, ...Object.fromEntries(COUNTS.map((field) => [field, known[field] + row[field]])) });
  }
  return merged;
}

/** Listener groups: cumulative counters, rates of the last tick, SYNs per second over the last minute. */
export class ListenerTable {
  readonly #rows = new Map<string, ListenerState>();
  #graceMs: number;
  #lastTickMs = 0;

  constructor(graceSeconds: number) {
    this.#graceMs = graceSeconds * 1000;
  }

  set graceSeconds(seconds: number) {
    this.#graceMs = seconds * 1000;
  }

  update(tick: Tick): void {
    const seconds = this.#lastTickMs > 0 ? (tick.timeMs - this.#lastTickMs) / 1000 : 0;
    for (const [key, row] of mergeListeners(tick.listeners)) this.#set(key, row, tick.timeMs, seconds);
    for (const [key, state] of this.#rows) {
      if (state.seenMs < tick.timeMs - this.#graceMs) this.#rows.delete(key);
      else if (state.seenMs !== tick.timeMs) rest(state);
    }
    this.#lastTickMs = Math.max(this.#lastTickMs, tick.timeMs);
  }

  #set(key: string, row: ListenerRow, nowMs: number, seconds: number): void {
    const state = this.#rows.get(key);
    if (state === undefined) {
      if (this.#rows.size >= MAX_LISTENERS) return;
      this.#rows.set(key, { row, synsPerSecond: 0, completedPerSecond: 0, history: new History(), seenMs: nowMs });
      return;
    }
    if (seconds > 0) {
      state.synsPerSecond = Math.max(0, row.syns - state.row.syns) / seconds;
      state.completedPerSecond = Math.max(0, row.completed - state.row.completed) / seconds;
      state.history.push(state.synsPerSecond);
    }
    state.row = row;
    state.seenMs = nowMs;
  }

  /** Key and view of every listener, in no order. */
  *views(): Generator<{ readonly key: string; readonly view: ListenerView }> {
    for (const [key, state] of this.#rows) {
      yield {
        key,
        view: {
          ...state.row,
          synsPerSecond: Math.round(state.synsPerSecond),
          completedPerSecond: Math.round(state.completedPerSecond),
          history: state.history.values(),
        },
      };
    }
  }
}

function rest(state: ListenerState): void {
  state.synsPerSecond = 0;
  state.completedPerSecond = 0;
  state.history.push(0);
}
