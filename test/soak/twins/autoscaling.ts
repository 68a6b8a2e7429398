import { setTimeout as sleep } from 'node:timers/promises';
import type { Activity } from '../programs/activity.ts';
import type { TwinStage } from '../stage.ts';
import { deployment, type Twin } from '../twin.ts';

const PORT = 5432;
const WORKER = { workload: deployment('worker') };
const MORE = ['worker-b', 'worker-c', 'worker-d'];

/** Workers that come three at once, each fills a pool and goes at the queue, and go again. */
export const autoscaling: Twin = {
  id: 'autoscaling',
  what: 'three new replicas a cycle, which fill their pools at once and work hard until they are scaled in',
  pods: { 'queue-db': { ports: [PORT] }, 'worker-a': WORKER },
  serve: async (stage) => {
    await stage.run('queue-db', [{ kind: 'tcp-server', ports: [PORT], greeting: 'R', answer: 900 }]);
  },
  start: async (stage) => {
    await stage.run('worker-a', activities(stage));
  },
  cycle: async (stage, index) => {
    const roles = MORE.map((role) => `${role}-${index}`);
    for (const role of roles) await stage.addPod(role, WORKER, activities(stage));
    await sleep(Math.min(60_000, stage.cycleSeconds * 400), undefined, { signal: stage.signal });
    for (const role of roles) await stage.removePod(role);
  },
};

function activities(stage: TwinStage): Activity[] {
  const host = stage.ip('queue-db');
  return [
    { kind: 'idle-pool', host, port: PORT, count: 25, everySeconds: 2 },
    { kind: 'sessions', host, port: PORT, perSecond: 4, exchanges: [3, 9, 20], bytes: 150 },
  ];
}
