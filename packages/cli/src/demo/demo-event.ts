import { EventEmitter } from 'node:events';
import type { CrowdResult } from './pod-settings.ts';

/** What a watcher of the demo may want to show. Times are epoch milliseconds. */
export type DemoEvent =
  | { readonly kind: 'network-up'; readonly timeMs: number; readonly pods: number }
  | { readonly kind: 'pod-ready'; readonly timeMs: number; readonly namespace: string; readonly pod: string }
  /** A pod's program ended by itself, which none should. */
  | {
      readonly kind: 'pod-exited';
      readonly timeMs: number;
      readonly namespace: string;
      readonly pod: string;
      readonly reason: string;
    }
  | { readonly kind: 'ready'; readonly timeMs: number }
  | {
      readonly kind: 'attack-started';
      readonly timeMs: number;
      readonly namespace: string;
      readonly pod: string;
      readonly targetIp: string;
      readonly port: number;
    }
  | { readonly kind: 'attack-ended'; readonly timeMs: number; readonly syns: number }
  | { readonly kind: 'crowd-started'; readonly timeMs: number }
  | ({ readonly kind: 'crowd-ended'; readonly timeMs: number } & CrowdResult)
  | { readonly kind: 'closing'; readonly timeMs: number };

type WithoutTime<Event> = Event extends DemoEvent ? Omit<Event, 'timeMs'> : never;

/** Where a demo says what happens: listeners of `event`. */
export class DemoEvents extends EventEmitter<{ event: [DemoEvent] }> {
  say(event: WithoutTime<DemoEvent>): void {
    this.emit('event', { ...event, timeMs: Date.now() } as DemoEvent);
  }
}
