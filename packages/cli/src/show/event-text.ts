import type { AlertEvent } from '@netguard/core';
import type { DemoEvent } from '../demo/demo-event.ts';
import { formatDuration } from '../text/duration.ts';
import { formatExact } from '../text/quantity.ts';
import type { TopEvent } from '../top/top-state.ts';

/** What happens in the demo, in a line for the footer of `top` or for standard output; undefined for what is too small to tell. */
export function demoEventText(event: DemoEvent): TopEvent | undefined {
  const say = (text: string, tone: TopEvent['tone'] = 'info'): TopEvent => ({ timeMs: event.timeMs, text, tone });
  switch (event.kind) {
    case 'network-up':
      return say(`the network of the fake cluster stands: ${event.pods} pods, each in a network namespace of its own`);
    case 'pod-ready':
      return undefined;
    case 'pod-exited':
      return say(`the program of ${event.namespace}/${event.pod} ended: ${event.reason}`, 'bad');
    case 'ready':
      return say('all pods run and talk to each other', 'good');
    case 'attack-started':
      return say(
        `attack: a SYN flood from spoofed addresses on ${event.namespace}/${event.pod} (${event.targetIp}:${event.port})`,
        'bad',
      );
    case 'attack-ended':
      return say(`the attack is over: ${formatExact(event.syns)} SYNs were sent`);
    case 'crowd-started':
      return say('a flash crowd: as many connections, each of a real client (no attack, no alert)');
    case 'crowd-ended':
      return say('the flash crowd has gone');
    case 'closing':
      return say('removing the fake cluster');
  }
}

/** An alert's change in a line; `sinceAttackMs` is how long the attack had been running when it was raised. */
export function alertEventText(
  { type, alert }: AlertEvent,
  timeMs: number,
  sinceAttackMs?: number,
): TopEvent | undefined {
  switch (type) {
    case 'open': {
      const after = sinceAttackMs === undefined ? '' : `, ${formatDuration(sinceAttackMs)} after the attack began`;
      return { timeMs, tone: 'bad', text: `alert${after}: ${alert.severity}: ${alert.title}` };
    }
    case 'resolve': {
      const how = alert.supersededBy === undefined ? 'resolved by itself' : 'now part of another alert';
      return { timeMs, tone: 'good', text: `${how}: ${alert.title}` };
    }
    case 'update':
      return undefined;
  }
}
