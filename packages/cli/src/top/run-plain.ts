import { setTimeout as delay } from 'node:timers/promises';
import { safeJson } from '../text/safe-json.ts';
import { renderPlain } from './render-plain.ts';
import { initialState, type Snapshot, type TopView } from './top-state.ts';

export interface PlainOptions {
  readonly view: TopView;
  readonly format: 'table' | 'json';
  readonly intervalMs: number;
  /** How many looks; Infinity until the signal. */
  readonly count: number;
  readonly signal: AbortSignal;
  readonly fetch: (view: TopView, signal: AbortSignal) => Promise<Snapshot>;
  readonly write: (text: string) => Promise<void>;
}

/** `top` where there is no terminal: the same numbers as tables, or JSON lines, one look an interval. */
export async function runPlain(options: PlainOptions): Promise<void> {
  const { view, signal, count } = options;
  const sort = initialState({ view, columns: 80, lines: 24 }).sort[view];
  for (let look = 0; look < count && !signal.aborted; look++) {
    if (look > 0) await delay(options.intervalMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const snapshot = await options.fetch(view, signal);
    if (options.format === 'json') {
      const time = new Date(snapshot.timeMs).toISOString();
      await options.write(`${safeJson({ time, [view]: snapshot[view], alerts: snapshot.alerts })}\n`);
    } else {
      await options.write(`${look > 0 ? '\n' : ''}${renderPlain(snapshot, view, sort).join('\n')}\n`);
    }
  }
}
