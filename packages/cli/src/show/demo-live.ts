import { ApiClient } from '../client/api-client.ts';
import { formatDuration } from '../text/duration.ts';
import { palette, wantsColour } from '../text/palette.ts';
import { fetchSnapshot } from '../top/fetch-snapshot.ts';
import { runLive } from '../top/run-live.ts';
import type { TopEvent } from '../top/top-state.ts';
import type { RoundResult } from './attack-round.ts';
import type { DemoPlan } from './demo-plan.ts';
import { demoRounds } from './demo-rounds.ts';
import type { Stage } from './demo-stage.ts';
import { nextSteps } from './demo-summary.ts';
import { alertEventText } from './event-text.ts';

export interface LiveDemo {
  readonly stage: Stage;
  readonly plan: DemoPlan;
  readonly signal: AbortSignal;
  /** Takes over the events of the cluster: those so far, then each new one. */
  readonly feed: (show: (event: TopEvent) => void) => void;
}

/** The demo on a terminal: `top` with what happens in the footer. Resolves when the person quits, or the time is up. */
export async function demoLive({
  stage,
  plan,
  signal,
  feed,
}: LiveDemo): Promise<{ interrupted: boolean; last: RoundResult | null }> {
  const { daemon, failed } = stage.opened;
  const client = new ApiClient(new URL(daemon.url));
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);
  let last: RoundResult | null = null;
  let show: (event: TopEvent) => void = () => {};
  const say = (text: string, tone: TopEvent['tone'] = 'info'): void => show({ timeMs: Date.now(), text, tone });
  const rounds = async (): Promise<void> => {
    if (!plan.attack) return say('no attack in this demo (--no-attack)');
    say(`the attack begins in ${formatDuration(plan.attackAfterMs)}`);
    await demoRounds(stage, {
      attackAfterMs: plan.attackAfterMs,
      attackEveryMs: plan.attackEveryMs,
      signal: until,
      onDetected: (alert, sinceMs) => {
        const event = alertEventText({ type: 'open', alert }, Date.now(), sinceMs);
        if (event) show(event);
      },
      onRound: (result) => {
        last = result;
        if (!result.alert) say('the attack raised no alert', 'bad');
        else
          say(
            result.resolved ? `resolved by itself: ${result.alert.title}` : 'the alert is still open',
            result.resolved ? 'good' : 'info',
          );
        say(
          plan.attackEveryMs === undefined
            ? 'that was the attack; traffic goes on, q ends the demo'
            : `the next attack begins in ${formatDuration(plan.attackEveryMs)}`,
        );
        if (plan.once) stop.abort();
      },
    });
  };
  const timer = plan.durationMs === undefined ? undefined : setTimeout(() => stop.abort(), plan.durationMs);
  try {
    const live = runLive({
      view: 'pods',
      intervalMs: 1000,
      signal: until,
      input: process.stdin,
      output: process.stdout,
      env: process.env,
      fetch: (view, abort) => fetchSnapshot(client, view, Date.now(), abort),
      events: (shown) => {
        show = shown;
        feed(shown);
      },
    });
    const end = await Promise.race([live, failed, rounds().then(() => live)]);
    return { interrupted: end === 'interrupt', last };
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

/** What stays on the terminal after the live view has gone. */
export function afterLive(url: string): string {
  const colours = palette({ colour: wantsColour(process.stdout, process.env) });
  return `${nextSteps(url, colours).join('\n')}\n`;
}
