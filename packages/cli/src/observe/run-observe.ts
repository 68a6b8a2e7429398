import type { Flow } from '@netguard/core';
import type { ApiClient } from '../client/api-client.ts';
import { followStream } from '../client/follow-stream.ts';
import type { FlowFilter } from './flow-filter.ts';
import type { FlowPrinter } from './flow-printer.ts';
import { type Selection, select } from './select-flows.ts';

export interface ObserveRun {
  readonly client: ApiClient;
  readonly filter: FlowFilter;
  readonly printer: FlowPrinter;
  readonly selection: Selection;
  readonly signal: AbortSignal;
  /** Writes to standard output and waits while the reader is slow. */
  readonly write: (text: string) => Promise<void>;
  /** A line for standard error. */
  readonly note: (text: string) => void;
}

/** Prints the flows that the selection asks for, then, with --follow, every one that comes. */
export async function runObserve(run: ObserveRun): Promise<void> {
  const { client, filter, printer, selection, signal, write, note } = run;
  const printed = new Set<string>();
  // The stream is opened before the list is read: what ends in between is in one of them.
  const events = selection.follow ? followStream(client, ['flow', 'lost'], { signal, onBreak }) : undefined;
  let next = events?.next();
  next?.catch(() => {});
  if (selection.last !== 0) {
    const query = {
      since: selection.sinceMs === undefined ? undefined : new Date(selection.sinceMs).toISOString(),
      until: selection.untilMs === undefined ? undefined : new Date(selection.untilMs).toISOString(),
    };
    const flows: Flow[] = [];
    for await (const page of client.pages('flows', query, signal)) {
      for (const flow of page) if (filter.matches(flow)) flows.push(flow);
      // Newest first: the older pages hold nothing that would be printed.
      if (selection.last !== undefined && flows.length >= selection.last) break;
    }
    let text = '';
    for (const flow of select(flows, selection)) {
      printed.add(key(flow));
      text += printer.print(flow);
      if (text.length > 65_536) {
        await write(text);
        text = '';
      }
    }
    await write(text + printer.end());
  }
  while (events && next) {
    const { done, value: event } = await next;
    if (done) return;
    if (event.event === 'lost') note(`${event.data.count} events were lost in ${event.data.source}`);
    if (event.event === 'flow' && filter.matches(event.data) && !printed.delete(key(event.data))) {
      await write(printer.print(event.data));
    }
    next = events.next();
  }

  function onBreak(why: string | null): void {
    note(why === null ? 'connected again' : `the connection broke (${why}); trying again`);
  }
}

/** A connection has a record a window and one at its end, from each of its reporters. */
function key(flow: Flow): string {
  return `${flow.id} ${flow.reporter} ${flow.time}`;
}
