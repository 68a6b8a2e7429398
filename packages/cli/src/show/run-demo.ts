import { closeInTime } from '../daemon/close-in-time.ts';
import { endsWithParent, watchParent } from '../daemon/parent-watch.ts';
import type { RunFlags } from '../daemon/run-daemon.ts';
import { stopSignals, stopStatus } from '../daemon/stop-signals.ts';
import { palette, wantsColour } from '../text/palette.ts';
import { writeOut } from '../text/write-out.ts';
import type { TopEvent } from '../top/top-state.ts';
import { progressLine } from './demo-plain.ts';
import { type DemoFlags, demoPlan } from './demo-plan.ts';
import { openStage, type Stage } from './demo-stage.ts';
import { demoEventText } from './event-text.ts';

/** Runs the demo to its end, takes everything down, sets the exit status. */
export async function runDemo(flags: RunFlags & DemoFlags & { readonly plain?: boolean }): Promise<void> {
  const plan = demoPlan(flags);
  const live = process.stdin.isTTY && process.stdout.isTTY && !flags.plain && process.env.TERM !== 'dumb';
  const colours = palette({ colour: wantsColour(process.stdout, process.env) });
  const abort = new AbortController();
  const signals = stopSignals();
  void signals.stopped.then((reason) => {
    process.exitCode = stopStatus(reason);
    abort.abort();
  });
  const unwatch = endsWithParent(flags.exitWithParent === true, process.env)
    ? watchParent({ onGone: () => signals.stop('parent') })
    : () => {};
  // Until the live view stands, and always without one, events are lines; then the footer takes over.
  let show = (event: TopEvent): void => void writeOut(progressLine(event, colours));
  let stage: Stage | undefined;
  try {
    show({ timeMs: Date.now(), text: 'building a small fake cluster on this machine', tone: 'info' });
    stage = await openStage({
      flags,
      signal: abort.signal,
      onEvent: (event) => {
        const text = demoEventText(event);
        if (text) show(text);
      },
      ...(live ? { logOutput: { write: () => {} } } : {}),
    });
    if (live) {
      const { demoLive, afterLive } = await import('./demo-live.ts');
      const lines = show;
      const end = await demoLive({
        stage,
        plan,
        signal: abort.signal,
        feed: (footer) => {
          show = footer;
        },
      });
      show = lines;
      if (end.interrupted) process.exitCode = 130;
      if (!abort.signal.aborted) await writeOut(afterLive(stage.opened.daemon.url));
      if (plan.once && plan.attack && !end.last?.alert && !end.interrupted) process.exitCode = 1;
    } else {
      const { demoPlain } = await import('./demo-plain.ts');
      await demoPlain({ stage, plan, signal: abort.signal, palette: colours, write: writeOut });
    }
  } catch (error) {
    if (!abort.signal.aborted) throw error;
  } finally {
    unwatch();
    const standing = stage;
    if (standing && !(await closeInTime(() => standing.close()))) {
      process.stderr.write('error: removing the fake cluster took too long; the next start removes what is left\n');
      process.exit(1);
    }
    signals.dispose();
  }
}
