import type { Alert } from '@netguard/core';
import { SEVERITIES } from '../alerts/alert-list.ts';
import { countLostEvents } from '../status/lost-events.ts';
import { displayWidth, fit } from '../text/display-width.ts';
import type { Palette } from '../text/palette.ts';
import { formatExact } from '../text/quantity.ts';
import { safeText } from '../text/safe-text.ts';
import { layout, type TopColumn } from './columns.ts';
import { bodyHeight, footerLines } from './reduce.ts';
import { arrange, withView } from './rows.ts';
import { topHelp } from './top-help.ts';
import { TOP_VIEWS, type TopEvent, type TopState } from './top-state.ts';

/** The screen, exactly `lines` lines of at most `columns` columns each. */
export function renderTop(state: TopState, palette: Palette): string[] {
  const lines = [...header(state, palette), '', ...(state.help ? helpBody(state, palette) : body(state, palette))];
  const footer = [...eventLines(state, palette), footLine(state, palette)];
  const room = Math.max(0, state.lines - footer.length);
  while (lines.length < room) lines.push('');
  return [...lines.slice(0, room), ...footer].slice(-Math.max(1, state.lines));
}

function header(state: TopState, palette: Palette): string[] {
  const { snapshot, columns } = state;
  if (!snapshot) {
    return [
      palette.bold(fit('NetGuard', columns).trimEnd()),
      palette.dim(fit(state.trouble ?? 'waiting for the first numbers …', columns).trimEnd()),
    ];
  }
  const { status, pods, alerts } = snapshot;
  const lost = countLostEvents(status);
  const first = new Spans(columns)
    .add('NetGuard', palette.bold)
    .add(`  ${safeText(status.node)}`, palette.cyan)
    .add(`  Linux ${safeText(status.kernel)}`, palette.dim)
    .add(status.ready ? '' : '  not ready', palette.red)
    .add(status.degraded.length > 0 ? '  degraded (netguard status)' : '', palette.yellow)
    .add(state.paused ? '  paused' : '', palette.inverse)
    .add(state.trouble ? `  ${safeText(state.trouble)}` : '', palette.red);
  const second = new Spans(columns)
    .add(state.view === 'pods' ? `${pods.length} endpoints  ` : '')
    .add(`${formatExact(status.liveConnections)} connections  `)
    .add(`${formatExact(lost)} events lost  `, lost > 0 ? palette.yellow : palette.dim);
  const open = alerts.filter((alert) => alert.status === 'open');
  const loud = open.filter((alert) => alert.suppressedBy === undefined);
  if (loud.length > 0) alertSpans(second, loud, palette);
  else second.add('no open alerts', palette.green);
  if (loud.length < open.length) second.add(` (${open.length - loud.length} silenced)`, palette.dim);
  return [first.text, second.text];
}

/** `⚠ 2 critical 1 high  SYN flood on shop/web-1:8080`: how many of each, and the worst one's title as far as it fits. */
function alertSpans(line: Spans, open: readonly Alert[], palette: Palette): void {
  line.add(open.length === 1 ? 'alert: ' : 'alerts: ');
  for (const severity of SEVERITIES) {
    const count = open.filter((alert) => alert.severity === severity).length;
    if (count > 0) line.add(` ${count} ${severity} `, palette.severity(severity)).add(' ');
  }
  const worst = SEVERITIES.flatMap((severity) => open.filter((alert) => alert.severity === severity))[0];
  if (worst) line.add(safeText(worst.title));
}

function body(state: TopState, palette: Palette): string[] {
  const { snapshot } = state;
  if (!snapshot) return [];
  const height = bodyHeight(state);
  return withView(state.view, ({ columns, rows }) => {
    const shown = layout(columns, state.columns);
    const sort = state.sort[state.view];
    const arranged = arrange(columns, rows(snapshot), sort, state.filter);
    const titles = shown.map(({ column, width }) => {
      const mark = column.id === sort.column ? (sort.descending ? '▼' : '▲') : '';
      const text =
        column.align === 'right' ? fit(mark + column.title, width, 'right') : fit(column.title + mark, width);
      return column.id === sort.column ? palette.bold(text) : palette.dim(text);
    });
    const lines = [titles.join(' ')];
    if (arranged.length === 0) lines.push(palette.dim(fit(emptyText(state), state.columns).trimEnd()));
    for (const [i, row] of arranged.slice(state.offset, state.offset + height).entries()) {
      const cells = shown.map(({ column, width }) => ({
        column,
        text: fit(column.cell(row, width), width, column.align),
      }));
      lines.push(
        state.offset + i === state.selected
          ? palette.inverse(fit(cells.map(({ text }) => text).join(' '), state.columns))
          : cells.map(({ column, text }) => tone(column, row, text, palette)).join(' '),
      );
    }
    return lines;
  });
}

function tone<Row>(column: TopColumn<Row>, row: Row, text: string, palette: Palette): string {
  switch (column.tone?.(row) ?? 'plain') {
    case 'quiet':
      return palette.dim(text);
    case 'spark':
      return palette.cyan(text);
    case 'bad':
      return palette.red(text);
    case 'plain':
      return text;
  }
}

function emptyText(state: TopState): string {
  if (state.filter) return `nothing matches '${safeText(state.filter)}' (Esc clears the filter)`;
  if (state.view === 'edges') return 'no edges yet: they are folded in windows of some seconds';
  return state.view === 'listeners' ? 'no listening socket has been asked yet' : 'no traffic yet';
}

function helpBody(state: TopState, palette: Palette): string[] {
  return topHelp(palette).slice(0, bodyHeight(state) + 1);
}

function eventLines(state: TopState, palette: Palette): string[] {
  const lines = footerLines(state);
  if (lines === 0) return [];
  const paint = { info: (text: string) => text, good: palette.green, bad: palette.red } satisfies Record<
    TopEvent['tone'],
    unknown
  >;
  return [
    palette.dim('─'.repeat(state.columns)),
    ...state.events.slice(1 - lines).map((event) => {
      const clock = new Date(event.timeMs).toISOString().slice(11, 19);
      return `${palette.dim(fit(clock, Math.min(9, state.columns)))}${paint[event.tone](fit(safeText(event.text), state.columns - 9).trimEnd())}`;
    }),
  ];
}

function footLine(state: TopState, palette: Palette): string {
  if (state.editingFilter) {
    return new Spans(state.columns).add('/', palette.bold).add(safeText(state.filter)).add(' ', palette.inverse).text;
  }
  const line = new Spans(state.columns);
  for (const [i, view] of TOP_VIEWS.entries()) {
    line.add(` ${i + 1} ${view} `, view === state.view ? palette.inverse : palette.dim);
  }
  if (state.filter) line.add(`  filter: ${safeText(state.filter)}`, palette.yellow);
  return line.add('   ').add('s sort  / filter  space pause  ? help  q quit', palette.dim).text;
}

/** A line of painted pieces that never gets wider than the screen. */
class Spans {
  text = '';
  #left: number;

  constructor(width: number) {
    this.#left = width;
  }

  add(text: string, paint: (text: string) => string = (plain) => plain): this {
    const width = displayWidth(text);
    if (text === '' || this.#left <= 0) return this;
    this.text += paint(width > this.#left ? fit(text, this.#left) : text);
    this.#left -= width;
    return this;
  }
}
