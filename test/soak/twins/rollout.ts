import { setTimeout as sleep } from 'node:timers/promises';
import type { Activity } from '../programs/activity.ts';
import type { TwinStage } from '../stage.ts';
import { deployment, type Twin } from '../twin.ts';

const PORT = 8080;
const REPLICAS = 2;
const CLIENTS = ['cart', 'search', 'billing'];
const SERVER = { workload: deployment('orders'), ports: [PORT] };
const SERVE: readonly Activity[] = [{ kind: 'http-server', ports: [PORT], bytes: 2000 }];
/** Until kube-proxy and clients' pools have heard of it. */
const STALE_MS = 4000;

/** A rolling update: pods are replaced, and for a while their clients go on trying the addresses that are gone. */
export const rollout: Twin = {
  id: 'rollout',
  what: 'a rolling update a cycle, whose clients go on asking addresses that are gone',
  pods: {
    ...Object.fromEntries(Array.from({ length: REPLICAS }, (_, index) => [`orders-0-${index}`, SERVER])),
    ...Object.fromEntries(CLIENTS.map((role) => [role, {}])),
  },
  serve: async (stage) => {
    await Promise.all(Array.from({ length: REPLICAS }, (_, index) => stage.run(`orders-0-${index}`, SERVE)));
  },
  start: async (stage) => {
    const targets = targetsOf(stage, 0);
    await Promise.all(
      CLIENTS.map((role) =>
        stage.run(role, [{ kind: 'http-client', targets, follows: true, perSecond: 5, timeoutMs: 1500 }]),
      ),
    );
  },
  cycle: async (stage, index) => {
    for (let replica = 0; replica < REPLICAS; replica += 1) {
      await stage.addPod(`orders-${index + 1}-${replica}`, SERVER, SERVE);
      await stage.removePod(`orders-${index}-${replica}`);
    }
    await sleep(Math.min(STALE_MS, stage.cycleSeconds * 250), undefined, { signal: stage.signal });
    for (const role of CLIENTS) stage.retarget(role, targetsOf(stage, index + 1));
  },
};

function targetsOf(stage: TwinStage, generation: number) {
  return Array.from({ length: REPLICAS }, (_, replica) => ({
    host: stage.ip(`orders-${generation}-${replica}`),
    port: PORT,
  }));
}
