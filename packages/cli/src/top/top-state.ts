import type { Alert, Edge } from '@netguard/core';
import type { ListenerView, PodRow, StatusResponse } from '../client/api-types.ts';

export const TOP_VIEWS = ['pods', 'edges', 'listeners'] as const;
export type TopView = (typeof TOP_VIEWS)[number];

/** What one look at the server brought. Rows of views that are not shown are not fetched: they stay empty. */
export interface Snapshot {
  readonly timeMs: number;
  readonly status: StatusResponse;
  readonly alerts: readonly Alert[];
  readonly pods: readonly PodRow[];
  readonly edges: readonly Edge[];
  readonly listeners: readonly ListenerView[];
}

export interface Sort {
  /** Id of a column of the view. */
  readonly column: string;
  readonly descending: boolean;
}

/** Everything that the screen shows is in here; it changes by `reduce` only. */
export interface TopState {
  readonly view: TopView;
  readonly sort: Readonly<Record<TopView, Sort>>;
  readonly filter: string;
  readonly editingFilter: boolean;
  readonly paused: boolean;
  readonly help: boolean;
  readonly quit: boolean;
  /** The marked row, counted over the rows that pass the filter, and the first one on the screen. */
  readonly selected: number;
  readonly offset: number;
  readonly columns: number;
  readonly lines: number;
  /** Newest first look at the server; null before the first. Kept as it is while paused. */
  readonly snapshot: Snapshot | null;
  /** Why there is no new snapshot, in words. */
  readonly trouble: string | null;
  /** What is going on around (the demo's events), newest last. */
  readonly events: readonly TopEvent[];
}

export interface TopEvent {
  readonly timeMs: number;
  readonly text: string;
  readonly tone: 'info' | 'good' | 'bad';
}

export function initialState(options: { view?: TopView; columns: number; lines: number }): TopState {
  return {
    view: options.view ?? 'pods',
    sort: {
      pods: { column: 'total', descending: true },
      edges: { column: 'total', descending: true },
      listeners: { column: 'syns', descending: true },
    },
    filter: '',
    editingFilter: false,
    paused: false,
    help: false,
    quit: false,
    selected: 0,
    offset: 0,
    columns: options.columns,
    lines: options.lines,
    snapshot: null,
    trouble: null,
    events: [],
  };
}
