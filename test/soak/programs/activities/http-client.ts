import { Agent, request } from 'node:http';
import type { Start, Target } from '../activity.ts';
import { anyOf, atRate, type Burst } from '../pace.ts';

/** Asks its targets one after the other. Some of them may be dead: that is counted, and gone on from. */
export interface HttpClient {
  readonly kind: 'http-client';
  targets: readonly Target[];
  /** In no order: rather as people do than as a machine. */
  readonly anyOrder?: boolean;
  /** Whether the targets change when the program is told so. */
  readonly follows?: boolean;
  readonly perSecond: number;
  readonly keepAlive?: boolean;
  /** Bytes of a POST; a GET unless set. */
  readonly body?: number;
  readonly timeoutMs?: number;
  readonly burst?: Burst;
}

export const start: Start<HttpClient> = (activity, work) => {
  const { perSecond, keepAlive = false, anyOrder = false, body = 0, timeoutMs = 3000, burst } = activity;
  const agent = keepAlive ? new Agent({ keepAlive, maxSockets: 4 }) : new Agent({ keepAlive: false });
  const payload = Buffer.alloc(body, 'question ');
  let turn = 0;
  atRate(
    perSecond,
    () => {
      const target = anyOrder ? anyOf(activity.targets) : activity.targets[turn % Math.max(1, activity.targets.length)];
      turn += 1;
      if (target === undefined) return;
      const method = body > 0 ? 'POST' : 'GET';
      const asked = request({ ...target, agent, method, path: '/', timeout: timeoutMs }, (response) => {
        response.resume().on('end', () => {
          work.done += 1;
        });
        response.on('error', () => {});
      });
      asked.on('timeout', () => asked.destroy());
      asked.on('error', () => {
        work.failed += 1;
      });
      asked.end(payload);
    },
    burst,
  );
};
