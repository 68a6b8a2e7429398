import { setTimeout as delay } from 'node:timers/promises';
import { CliError } from '../failure/cli-error.ts';
import type { ApiClient } from './api-client.ts';
import type { StreamEvents } from './api-types.ts';
import { SseParser } from './sse.ts';

export type StreamEvent = {
  [K in keyof StreamEvents]: { readonly event: K; readonly data: StreamEvents[K] };
}[keyof StreamEvents];

export interface FollowOptions {
  readonly signal: AbortSignal;
  /** Told once per break, with why, and once when the connection stands again (null). */
  readonly onBreak?: (why: string | null) => void;
  /** First and longest pause between attempts, milliseconds. */
  readonly pauseMs?: readonly [number, number];
}

/**
 * The events of a running NetGuard, for as long as `signal` is not aborted. A broken connection is taken up again with
 * Last-Event-ID, so that nothing is missed that the server still has. What the first attempt meets is thrown, so is a
 * refused token later.
 */
export async function* followStream(
  client: Pick<ApiClient, 'stream'>,
  types: readonly (keyof StreamEvents)[],
  options: FollowOptions,
): AsyncGenerator<StreamEvent, void, undefined> {
  const { signal, onBreak, pauseMs: [shortest, longest] = [500, 5000] } = options;
  let lastEventId: string | undefined;
  let pause = shortest;
  let stoodOnce = false;
  let broken = false;
  while (!signal.aborted) {
    try {
      const body = await client.stream(types, lastEventId, signal);
      stoodOnce = true;
      if (broken) onBreak?.(null);
      broken = false;
      const parser = new SseParser();
      if (lastEventId !== undefined) parser.lastEventId = lastEventId;
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        for (const { event, data } of parser.push(chunk)) {
          pause = shortest;
          const parsed = parse(event, data);
          if (parsed) yield parsed;
        }
        lastEventId = parser.lastEventId || undefined;
        if (parser.retryMs !== undefined) pause = Math.min(Math.max(parser.retryMs, shortest), longest);
      }
      if (!signal.aborted) breakOnce('the server ended the stream');
    } catch (error) {
      if (signal.aborted) return;
      if (!stoodOnce || (error instanceof CliError && error.code === 'NG_ERR_CLI_DENIED')) throw error;
      breakOnce(error instanceof Error ? error.message : String(error));
    }
    await delay(pause, undefined, { signal }).catch(() => {});
    pause = Math.min(pause * 2, longest);
  }

  function breakOnce(why: string): void {
    if (!broken) onBreak?.(why);
    broken = true;
  }
}

const KNOWN: ReadonlySet<string> = new Set<keyof StreamEvents>(['flow', 'alert', 'pods', 'lost']);

/** Events that a later version adds, and lines that are no JSON, are passed over. */
function parse(event: string, data: string): StreamEvent | undefined {
  if (!KNOWN.has(event)) return undefined;
  try {
    return { event, data: JSON.parse(data) } as StreamEvent;
  } catch {
    return undefined;
  }
}
