import type { ReadStream, WriteStream } from 'node:tty';
import { palette, wantsColour } from '../text/palette.ts';
import { parseKeys } from './keys.ts';
import { reduce, type TopAction } from './reduce.ts';
import { renderTop } from './render-top.ts';
import { Screen } from './screen.ts';
import { initialState, type Snapshot, type TopEvent, type TopView } from './top-state.ts';

export interface LiveOptions {
  readonly view: TopView;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: (view: TopView, signal: AbortSignal) => Promise<Snapshot>;
  /** Called with a function that adds a line to the footer. */
  readonly events?: (show: (event: TopEvent) => void) => void;
}

/** How the person ended it: `q`, or Ctrl-C. */
export type LiveEnd = 'quit' | 'interrupt' | 'aborted';

/**
 * The live view until someone quits or `signal` aborts. The terminal is given back whatever ends the process: the way out
 * of this function, an exception anywhere, a signal.
 */
export async function runLive(options: LiveOptions): Promise<LiveEnd> {
  const { input, output, signal, intervalMs } = options;
  const colours = palette({ colour: wantsColour(output, options.env), attributes: true });
  const screen = new Screen(output);
  const stop = new AbortController();
  const ended = Promise.withResolvers<LiveEnd>();
  let state = initialState({ view: options.view, columns: output.columns || 80, lines: output.rows || 24 });

  const draw = (): void => screen.draw(renderTop(state, colours));
  const dispatch = (action: TopAction): void => {
    const before = state;
    state = reduce(state, action);
    if (state.quit) {
      ended.resolve(action.kind === 'key' && action.key.kind === 'named' ? 'interrupt' : 'quit');
      return;
    }
    draw();
    if (before.view !== state.view) wake();
  };

  let wake = (): void => {};
  const poll = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const { view } = state;
      try {
        const snapshot = await options.fetch(view, stop.signal);
        // The view may have changed meanwhile; its rows would be missing.
        if (view === state.view) dispatch({ kind: 'snapshot', snapshot });
      } catch (error) {
        if (stop.signal.aborted) return;
        dispatch({ kind: 'trouble', text: error instanceof Error ? error.message : String(error) });
      }
      if (view !== state.view) continue;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      const timer = setTimeout(resolve, intervalMs);
      stop.signal.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      clearTimeout(timer);
    }
  };

  const onData = (text: string): void => {
    for (const key of parseKeys(text)) {
      if (key.kind === 'named' && key.name === 'suspend') suspend();
      else if (key.kind === 'named' && key.name === 'redraw') {
        screen.invalidate();
        draw();
      } else dispatch({ kind: 'key', key });
    }
  };
  const onResize = (): void => {
    screen.invalidate();
    dispatch({ kind: 'resize', columns: output.columns || 80, lines: output.rows || 24 });
  };
  const take = (): void => {
    input.setRawMode(true);
    input.setEncoding('utf8');
    input.resume();
    screen.enter();
    onResize();
  };
  const giveBack = (): void => {
    screen.leave();
    if (input.isRaw) input.setRawMode(false);
  };
  const suspend = (): void => {
    giveBack();
    process.once('SIGCONT', take);
    process.kill(process.pid, 'SIGTSTP');
  };
  const onAbort = (): void => ended.resolve('aborted');

  process.on('exit', giveBack);
  input.on('data', onData);
  output.on('resize', onResize);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    take();
    if (signal.aborted) onAbort();
    options.events?.((event) => dispatch({ kind: 'event', event }));
    const polling = poll();
    polling.catch(ended.reject);
    return await ended.promise;
  } finally {
    stop.abort();
    giveBack();
    process.off('exit', giveBack);
    process.off('SIGCONT', take);
    input.off('data', onData);
    input.pause();
    output.off('resize', onResize);
    signal.removeEventListener('abort', onAbort);
  }
}
