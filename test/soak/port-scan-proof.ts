import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert, AlertEvent } from '@netguard/core';
import type { EventStream } from '../e2e/support/event-stream.ts';
import type { Cluster } from './cluster.ts';

const PORTS = 60;
const WITHIN_MS = 15_000;
const ROLES = { 'intruder-0': {}, 'target-0': {} };
export const PROOF_NAMESPACE = 'proof';

/** Connects to ports of a pod where nobody listens: no scanner need be installed. */
const scan = (ip: string) =>
  `const{connect}=require('node:net');for(let p=2000;p<${2000 + PORTS};p++)connect(p,'${ip}').on('error',()=>{})`;

/**
 * Silence says something only of an agent that is awake: a pod that scans another one has to be told by the very agent that
 * was silent before. Milliseconds until it was, or undefined.
 */
export async function provePortScan(cluster: Cluster, stream: EventStream): Promise<number | undefined> {
  const pods = await cluster.addPods(PROOF_NAMESPACE, ROLES);
  cluster.publish();
  const [intruder, target] = pods.map(({ pod }) => pod);
  if (intruder === undefined || target === undefined) return undefined;
  await sleep(1500);
  const beganMs = Date.now();
  await intruder.run([process.execPath, '-e', scan(target.ip)]);
  while (Date.now() - beganMs < WITHIN_MS) {
    const told = stream.of<AlertEvent>('alert').find(({ data: { alert } }) => isScan(alert));
    if (told !== undefined) return told.atMs - beganMs;
    await sleep(100);
  }
  return undefined;
}

function isScan({ rule, source }: Alert): boolean {
  return rule === 'port-scan' && source?.namespace === PROOF_NAMESPACE;
}
