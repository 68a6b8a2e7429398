import { SORT_KEYS } from './columns.ts';
import type { Key } from './keys.ts';
import { rowCount, scroll, sortableColumns, startsDescending } from './rows.ts';
import { type Snapshot, TOP_VIEWS, type TopEvent, type TopState, type TopView } from './top-state.ts';

export type TopAction =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'trouble'; readonly text: string }
  | { readonly kind: 'event'; readonly event: TopEvent }
  | { readonly kind: 'resize'; readonly columns: number; readonly lines: number };

/** Events kept for the footer; the screen shows the last few. */
const EVENTS_KEPT = 20;
/** Lines above and below the rows: two of header, a blank, the titles; the foot line. */
const FRAME_LINES = 6;

/** The next state: no clock, no terminal, no network. */
export function reduce(state: TopState, action: TopAction): TopState {
  switch (action.kind) {
    case 'snapshot':
      return settle({
        ...state,
        trouble: null,
        ...(state.paused && state.snapshot ? {} : { snapshot: action.snapshot }),
      });
    case 'trouble':
      return { ...state, trouble: action.text };
    case 'event':
      return { ...state, events: [...state.events, action.event].slice(-EVENTS_KEPT) };
    case 'resize':
      return settle({ ...state, columns: action.columns, lines: action.lines });
    case 'key':
      return settle(pressed(state, action.key));
  }
}

/** Lines for rows on this screen. */
export function bodyHeight(state: TopState): number {
  return Math.max(1, state.lines - FRAME_LINES - footerLines(state));
}

/** Lines that the events take: at most three, none on a tiny screen. */
export function footerLines(state: TopState): number {
  if (state.events.length === 0 || state.lines < 14) return 0;
  return Math.min(3, state.events.length) + 1;
}

function settle(state: TopState): TopState {
  const { selected, offset } = scroll(state.selected, state.offset, rowCount(state), bodyHeight(state));
  return selected === state.selected && offset === state.offset ? state : { ...state, selected, offset };
}

function pressed(state: TopState, key: Key): TopState {
  if (key.kind === 'named' && key.name === 'interrupt') return { ...state, quit: true };
  if (state.editingFilter) return editFilter(state, key);
  if (state.help)
    return key.kind === 'character' && key.text === 'q' ? { ...state, quit: true } : { ...state, help: false };
  return key.kind === 'character' ? character(state, key.text) : named(state, key.name);
}

function editFilter(state: TopState, key: Key): TopState {
  if (key.kind === 'character') return { ...state, filter: state.filter + key.text, selected: 0 };
  switch (key.name) {
    case 'enter':
      return { ...state, editingFilter: false };
    case 'escape':
      return { ...state, editingFilter: false, filter: '' };
    case 'backspace':
      return { ...state, filter: [...state.filter].slice(0, -1).join('') };
    default:
      return state;
  }
}

function character(state: TopState, text: string): TopState {
  switch (text) {
    case 'q':
      return { ...state, quit: true };
    case '?':
    case 'h':
      return { ...state, help: true };
    case ' ':
      return { ...state, paused: !state.paused };
    case '/':
      return { ...state, editingFilter: true };
    case '1':
    case '2':
    case '3':
      return show(state, TOP_VIEWS[Number(text) - 1] ?? state.view);
    case 's':
      return sortNext(state, 1);
    case 'S':
      return sortNext(state, -1);
    case 'k':
      return { ...state, selected: state.selected - 1 };
    case 'j':
      return { ...state, selected: state.selected + 1 };
    default: {
      const column = SORT_KEYS[text]?.[state.view];
      return column === undefined ? state : sortBy(state, column);
    }
  }
}

function named(state: TopState, name: string): TopState {
  const page = bodyHeight(state);
  switch (name) {
    case 'up':
      return { ...state, selected: state.selected - 1 };
    case 'down':
      return { ...state, selected: state.selected + 1 };
    case 'page-up':
      return { ...state, selected: state.selected - page };
    case 'page-down':
      return { ...state, selected: state.selected + page };
    case 'home':
      return { ...state, selected: 0 };
    case 'end':
      return { ...state, selected: Number.MAX_SAFE_INTEGER };
    case 'left':
      return sortNext(state, -1);
    case 'right':
      return sortNext(state, 1);
    case 'tab':
      return show(state, neighbour(state.view, 1));
    case 'back-tab':
      return show(state, neighbour(state.view, -1));
    case 'escape':
      return { ...state, filter: '' };
    default:
      return state;
  }
}

function show(state: TopState, view: TopView): TopState {
  return view === state.view ? state : { ...state, view, selected: 0, offset: 0 };
}

function neighbour(view: TopView, step: number): TopView {
  const index = (TOP_VIEWS.indexOf(view) + step + TOP_VIEWS.length) % TOP_VIEWS.length;
  return TOP_VIEWS[index] ?? view;
}

function sortNext(state: TopState, step: number): TopState {
  const columns = sortableColumns(state.view);
  const index = columns.indexOf(state.sort[state.view].column);
  const column = columns[(index + step + columns.length) % columns.length];
  return column === undefined ? state : sortBy(state, column);
}

/** By another column; by the same one again, the other way round. */
function sortBy(state: TopState, column: string): TopState {
  const now = state.sort[state.view];
  const descending = now.column === column ? !now.descending : startsDescending(state.view, column);
  return { ...state, sort: { ...state.sort, [state.view]: { column, descending } }, selected: 0, offset: 0 };
}
