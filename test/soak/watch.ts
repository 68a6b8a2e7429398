import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert, AlertEvent } from '@netguard/core';
import type { Agent } from '../e2e/support/agent.ts';
import type { EventStream } from '../e2e/support/event-stream.ts';
import type { AlertTally } from './alert-tally.ts';
import type { UsageMeter } from './usage.ts';

export interface Watched {
  readonly agent: Agent;
  readonly stream: EventStream;
  readonly told: AlertTally;
  readonly observed: AlertTally;
  readonly meter: UsageMeter;
  readonly untilMs: number;
  readonly signal?: AbortSignal;
  readonly onProgress: (text: string) => void;
}

const SAMPLE_MS = 5000;
const PROGRESS_MS = 60_000;
/** Time for what happened last to be told. */
const SETTLE_MS = 2500;

/** Notes what the agent says and takes until time is up, the signal comes, or the agent is gone. */
export async function watch(watched: Watched): Promise<void> {
  const { agent, meter, untilMs, signal, onProgress, told } = watched;
  let progressMs = performance.now() + PROGRESS_MS;
  while (performance.now() < untilMs && signal?.aborted !== true && agent.process.running) {
    const restMs = Math.max(0, untilMs - performance.now());
    await sleep(Math.min(SAMPLE_MS, restMs), undefined, signal && { signal }).catch(() => {});
    if (!agent.process.running) break;
    meter.sample();
    await read(watched);
    if (performance.now() < progressMs) continue;
    progressMs += PROGRESS_MS;
    const rss = Math.round(meter.usage().rssBytes / 1e6);
    const minutes = Math.ceil((untilMs - performance.now()) / 60_000);
    onProgress(`${minutes} min to go, ${told.all.length} alerts so far, RSS of the agent ${rss} MB`);
  }
  if (!agent.process.running) return;
  await sleep(SETTLE_MS);
  await read(watched);
}

async function read({ agent, stream, told, observed }: Watched): Promise<void> {
  const heard = stream.of<AlertEvent>('alert');
  // What is read is not kept: an hour of updates is long.
  stream.events.length = 0;
  told.noteEvents(heard.map(({ data }) => data));
  for (const alert of await agent.list<Alert>('alerts?observed=true')) observed.note(alert);
}
