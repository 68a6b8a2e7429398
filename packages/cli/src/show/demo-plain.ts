import { setTimeout as delay } from 'node:timers/promises';
import { alertCard } from '../alerts/alert-card.ts';
import { ApiClient } from '../client/api-client.ts';
import { CliError } from '../failure/cli-error.ts';
import { formatDuration } from '../text/duration.ts';
import type { Palette } from '../text/palette.ts';
import { safeText } from '../text/safe-text.ts';
import { fetchSnapshot } from '../top/fetch-snapshot.ts';
import { renderPlain } from '../top/render-plain.ts';
import { initialState, type TopEvent } from '../top/top-state.ts';
import type { RoundResult } from './attack-round.ts';
import type { DemoPlan } from './demo-plan.ts';
import { demoRounds } from './demo-rounds.ts';
import type { Stage } from './demo-stage.ts';
import { demoSummary } from './demo-summary.ts';

export interface PlainDemo {
  readonly stage: Stage;
  readonly plan: DemoPlan;
  readonly signal: AbortSignal;
  readonly palette: Palette;
  readonly write: (text: string) => Promise<void>;
}

/** Time that the pods get to talk before they are shown. */
const WARM_UP_MS = 4000;

/** A line of progress: the time of day, then what happened. */
export function progressLine(event: TopEvent, palette: Palette): string {
  const paint = { info: (text: string) => text, good: palette.green, bad: palette.red }[event.tone];
  return `${palette.dim(new Date(event.timeMs).toISOString().slice(11, 19))}  ${paint(safeText(event.text))}\n`;
}

/**
 * The demo without a terminal: pods and their traffic, the attack, its alert in full, the end of it, what was seen. With
 * --once it ends there, and an attack without an alert is an error; else it goes on serving until the signal.
 */
export async function demoPlain({ stage, plan, signal, palette, write }: PlainDemo): Promise<void> {
  const { daemon, failed } = stage.opened;
  const client = new ApiClient(new URL(daemon.url));
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);
  const say = (text: string, tone: TopEvent['tone'] = 'info'): Promise<void> =>
    write(progressLine({ timeMs: Date.now(), text, tone }, palette));
  let last: RoundResult | null = null;
  const timer = plan.durationMs === undefined ? undefined : setTimeout(() => stop.abort(), plan.durationMs);

  const summary = async (): Promise<void> => {
    const [pods, flows] = [[...daemon.state.pods.rows()].length, await client.all('flows')];
    const lines = demoSummary(last, daemon.state.status(), { pods, flows: flows.length }, daemon.url, palette);
    await write(`\n${lines.join('\n')}\n\n`);
  };
  const show = async (): Promise<void> => {
    await say(`NetGuard is watching, at ${daemon.url}`, 'good');
    const warmUp = Math.min(WARM_UP_MS, plan.attack ? plan.attackAfterMs : WARM_UP_MS);
    await delay(warmUp, undefined, { signal: until });
    const snapshot = await fetchSnapshot(client, 'pods', Date.now(), until);
    const { sort } = initialState({ columns: 120, lines: 40 });
    await write(`\n${renderPlain(snapshot, 'pods', sort.pods).join('\n')}\n\n`);
    if (plan.attack) {
      const attackAfterMs = Math.max(0, plan.attackAfterMs - warmUp);
      await say(`the attack begins in ${formatDuration(attackAfterMs)}`);
      await demoRounds(stage, {
        attackAfterMs,
        attackEveryMs: plan.attackEveryMs,
        signal: until,
        onDetected: (alert, sinceMs) => {
          const card = alertCard(alert, palette, process.stdout.columns ?? 100, Date.now());
          void say(`alert, ${formatDuration(sinceMs)} after the attack began:`, 'bad').then(() =>
            write(`\n${card.join('\n')}\n\n`),
          );
        },
        onRound: (result) => {
          last = result;
          if (!result.alert) void say('the attack raised no alert', 'bad');
          else if (result.resolved) void say('the alert resolved by itself', 'good');
          else void say('the alert is still open: it resolves when it has been quiet for long enough');
          if (plan.attackEveryMs !== undefined)
            void say(`the next attack begins in ${formatDuration(plan.attackEveryMs)}`);
        },
      });
    }
    if (until.aborted) return;
    await summary();
    if (plan.once) return;
    await say('the demo goes on and is served until Ctrl-C or SIGTERM');
    await delay(2 ** 31 - 1, undefined, { signal: until });
  };
  try {
    await Promise.race([show(), failed]);
  } catch (error) {
    if (!until.aborted) throw error;
    if (stop.signal.aborted && !signal.aborted) await summary();
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
  if (plan.once && plan.attack && !signal.aborted && !(last as RoundResult | null)?.alert) {
    throw new CliError('NG_ERR_CLI_NO_ALERT', 'running the demo', 'the attack raised no alert', {
      hint: 'See `netguard doctor`; a machine under heavy load may send too few SYNs.',
    });
  }
}
