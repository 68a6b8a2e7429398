import type { StreamEvents } from '../http/api-types.ts';
import { Ring } from './ring.ts';

export type StreamType = keyof StreamEvents;

export const STREAM_TYPES: readonly StreamType[] = ['flow', 'alert', 'pods', 'lost', 'program'];

/** Events kept for clients that come back. Alerts have their own place, so that no flood of flows pushes them out. */
export const REPLAY_KEPT = { flow: 2000, alert: 1000, lost: 200 } as const;

type KeptType = keyof typeof REPLAY_KEPT;
const KEPT_TYPES = Object.keys(REPLAY_KEPT) as KeptType[];

/** How many events of each kept type there had been, this one included. */
type Position = Readonly<Record<KeptType, number>>;

/** One event of the stream. Its text is made at most once, however many clients read it, and only if one does. */
export class LoggedEvent {
  readonly sequence: number;
  readonly type: StreamType;
  readonly id: string;
  readonly #data: StreamEvents[StreamType];
  #text: string | undefined;

  constructor(sequence: number, type: StreamType, id: string, data: StreamEvents[StreamType]) {
    this.sequence = sequence;
    this.type = type;
    this.id = id;
    this.#data = data;
  }

  /** JSON of the event's data: one line. */
  get text(): string {
    this.#text ??= JSON.stringify(this.#data);
    return this.#text;
  }
}

/**
 * Numbers the events of one run and keeps the last of each type for `Last-Event-ID`. An id is
 * `<run>-<flows>-<alerts>-<losses>`: it says how far the client had come in each type, so that what it missed is counted
 * exactly, whichever types it asks for now. Snapshots (`pods`) are not kept: the next one says it all. Nor is `program`: it is
 * as much as the user's program writes.
 */
export class EventLog {
  readonly #run: string;
  readonly #kept = new Map<KeptType, Ring<LoggedEvent>>();
  readonly #listeners = new Map<(event: LoggedEvent) => void, ReadonlySet<StreamType>>();
  #position: Position = { flow: 0, alert: 0, lost: 0 };
  #sequence = 0;

  /** `run` (letters and digits) tells the ids of this run from those of an earlier one. */
  constructor(run: string) {
    this.#run = run;
    for (const type of KEPT_TYPES) this.#kept.set(type, new Ring(REPLAY_KEPT[type]));
  }

  publish<T extends StreamType>(type: T, data: StreamEvents[T]): void {
    const ring = type === 'pods' || type === 'program' ? undefined : this.#kept.get(type);
    if (ring) this.#position = { ...this.#position, [type]: this.#position[type as KeptType] + 1 };
    const event = new LoggedEvent(++this.#sequence, type, this.currentId(), data);
    ring?.push(event);
    for (const [listener, types] of this.#listeners) if (types.has(type)) listener(event);
  }

  /** Whether anybody wants snapshots of the pod table; none is made otherwise. */
  get wantsPods(): boolean {
    for (const types of this.#listeners.values()) if (types.has('pods')) return true;
    return false;
  }

  /** The id of the newest event. */
  currentId(): string {
    const { flow, alert, lost } = this.#position;
    return `${this.#run}-${flow}-${alert}-${lost}`;
  }

  /** Calls `listener` with each event of `types` from now on, until the returned function is called. */
  subscribe(types: ReadonlySet<StreamType>, listener: (event: LoggedEvent) => void): () => void {
    this.#listeners.set(listener, types);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * The kept events of `types` after the one with `lastId`, oldest first, and how many more there were but are gone. An
   * id of an earlier run replays this run from its beginning; one that is no id of ours replays nothing.
   */
  replay(lastId: string, types: ReadonlySet<StreamType>): { readonly events: LoggedEvent[]; readonly missed: number } {
    const from = this.#parse(lastId);
    const events: LoggedEvent[] = [];
    let missed = 0;
    if (from === undefined) return { events, missed };
    for (const type of KEPT_TYPES) {
      const ring = this.#kept.get(type);
      if (ring === undefined || !types.has(type)) continue;
      const gone = this.#position[type] - ring.size;
      missed += Math.max(0, gone - from[type]);
      for (let index = Math.max(0, from[type] - gone); index < ring.size; index++) {
        const event = ring.at(index);
        if (event) events.push(event);
      }
    }
    return { events: events.sort((a, b) => a.sequence - b.sequence), missed };
  }

  #parse(id: string): Position | undefined {
    const match = /^([0-9a-z]{1,32})-(\d{1,15})-(\d{1,15})-(\d{1,15})$/.exec(id);
    if (match === null) return undefined;
    if (match[1] !== this.#run) return { flow: 0, alert: 0, lost: 0 };
    return { flow: Number(match[2]), alert: Number(match[3]), lost: Number(match[4]) };
  }
}
