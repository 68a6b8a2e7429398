import { setTimeout as sleep } from 'node:timers/promises';
import type { Activity } from '../programs/activity.ts';
import type { TwinStage } from '../stage.ts';
import type { Twin } from '../twin.ts';

const PORT = 9000;
const MB = 1_000_000;

/** A backup a cycle, by a new pod of a new Job: reads a database and uploads it to the store outside. */
export const cron: Twin = {
  id: 'cron',
  what: 'a CronJob a cycle that dumps 25 MB and uploads them to a store outside',
  pods: { 'data-0': { workload: { kind: 'StatefulSet', name: 'data' }, ports: [PORT] } },
  hosts: { 'object-store': 1 },
  serve: async (stage) => {
    await stage.run('data-0', [{ kind: 'bulk-server', port: PORT }]);
    await stage.run('object-store', [{ kind: 'bulk-server', port: 443 }]);
  },
  cycle: async (stage, index) => {
    const minute = 29_384_700 + index;
    const role = `backup-${minute}-x${index}k2p`;
    await stage.addPod(role, { workload: { kind: 'Job', name: `backup-${minute}` } }, activities(stage));
    await sleep(Math.min(20_000, stage.cycleSeconds * 600), undefined, { signal: stage.signal });
    await stage.removePod(role);
  },
};

function activities(stage: TwinStage): Activity[] {
  const once = { kind: 'bulk-client', bytes: 25 * MB, bytesPerSecond: 5 * MB, everySeconds: 86_400 } as const;
  return [
    { ...once, direction: 'get', host: stage.ip('data-0'), port: PORT },
    { ...once, direction: 'put', host: stage.ip('object-store'), port: 443 },
  ];
}
