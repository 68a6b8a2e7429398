/**
 * What following the API server costs: resident memory and processor time of the first sync with 10,000 pods, and of changes
 * after it. The API server is a double in another process; names go through a structured clone into the tables, as they do
 * to the Worker. Goals: 60 MB, 5 s. Run: `node bench/kubernetes-identity.ts`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { IdentityTable } from '../packages/agent/src/identify/identity-table.ts';
import { KubernetesSource } from '../packages/agent/src/kubernetes/kubernetes-source.ts';
import { kubernetesStatus } from '../packages/agent/src/kubernetes/kubernetes-status.ts';
import { ApiServerDouble } from '../packages/agent/src/testing/api-server-double.ts';
import { ChildLines } from './support/child-lines.ts';
import { clusterObjects, podObject } from './support/cluster-objects.ts';
import { machineLine } from './support/machine.ts';
import { PRODUCT_FLAGS } from './support/product-flags.ts';
import { mebibytes, number, printTable } from './support/report.ts';
import { isQuick, size } from './support/sizes.ts';

const PODS = size(10_000, 500);
const CHANGES = size(2000, 100);
/** Changes come in so many heaps, one each half second. */
const HEAPS = 10;
const SETTLE_MS = size(12_000, 100);
const GOAL_BYTES = 60_000_000;
const GOAL_SECONDS = 5;

/** What the follower says of itself. `pods`: those that its tables know. */
interface Reading {
  readonly rss: number;
  readonly peak: number;
  readonly cpuSeconds: number;
  readonly pods: number;
  readonly slowestMs: number;
}

/** The part of the agent that is measured; says a reading for each line that it is told. */
async function follow(url: string): Promise<void> {
  const table = new IdentityTable({
    nodeName: 'node-0',
    nodeAddresses: [],
    hostNetns: 1,
    walk: () => [][Symbol.iterator](),
  });
  const access = { server: new URL(url), options: async () => ({}), renew: () => {} };
  const source = new KubernetesSource({ access });
  const pods = new Set<string>();
  let slowestMs = 0;
  let peak = 0;
  const start = (): void => {
    source.start((delta) => {
      const told = structuredClone(delta);
      const beganMs = performance.now();
      table.changeIdentities(told, Date.now());
      slowestMs = Math.max(slowestMs, performance.now() - beganMs);
      for (const { uid } of told.pods) pods.add(uid);
      for (const uid of told.podsGone) pods.delete(uid);
      peak = Math.max(peak, process.memoryUsage.rss());
    });
  };
  process.stdin.setEncoding('utf8').on('data', async (said: string) => {
    if (said.includes('start')) start();
    if (said.includes('stop')) process.exit(0);
    if (said.includes('settle')) await settle();
    const { user, system } = process.cpuUsage();
    const reading: Reading = {
      rss: process.memoryUsage.rss(),
      peak,
      cpuSeconds: (user + system) / 1e6,
      pods: kubernetesStatus(source.watched).state === 'synced' ? pods.size : 0,
      slowestMs,
    };
    slowestMs = 0;
    console.log(JSON.stringify(reading));
  });
  await once(process.stdin, 'end');
}

/** All garbage collected, and the pages that the engine keeps in store for some seconds given back. */
async function settle(): Promise<void> {
  for (let round = 0; round < 2; round++) {
    globalThis.gc?.();
    await sleep(SETTLE_MS);
  }
}

async function ask(follower: ChildLines, what: string): Promise<Reading> {
  follower.say(what);
  return JSON.parse(await follower.next()) as Reading;
}

async function measure(): Promise<void> {
  const server = await ApiServerDouble.start();
  const objects = clusterObjects(PODS);
  for (const [resource, all] of Object.entries(objects)) server.put(resource as keyof typeof objects, ...all);
  const args = ['--expose-gc', ...PRODUCT_FLAGS, import.meta.filename, server.url.href];
  const env = { ...process.env, MALLOC_ARENA_MAX: '2' }; // as the launcher sets it
  const follower = new ChildLines(spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'pipe'] }));
  const before = await ask(follower, 'settle');
  const beganMs = performance.now();
  await ask(follower, 'start');
  let reading = before;
  let slowestMs = 0;
  while (reading.pods < PODS) {
    await sleep(50);
    reading = await ask(follower, 'read');
    slowestMs = Math.max(slowestMs, reading.slowestMs);
  }
  const synced = { ...reading, slowestMs, wallMs: performance.now() - beganMs };
  const settled = await ask(follower, 'settle');
  for (let heap = 0; heap < HEAPS; heap++) {
    for (let nth = 0; nth < CHANGES / HEAPS; nth++) server.put('pods', podObject((heap * CHANGES) / HEAPS + nth, 1));
    await sleep(500);
  }
  const churned = await ask(follower, 'read');
  const bytes = Buffer.byteLength(JSON.stringify(objects.pods));
  const rows: [string, string][] = [
    ['pods as the API server sends them, MiB', mebibytes(bytes)],
    ['resident memory grown, MiB', mebibytes(settled.rss - before.rss)],
    ['at its highest, MiB', mebibytes(synced.peak - before.rss)],
    ['processor time of the first sync, s', number(synced.cpuSeconds - before.cpuSeconds, 2)],
    ['first sync as a clock sees it, s', number(synced.wallMs / 1000, 2)],
    ['longest pause of the tables, ms', number(synced.slowestMs, 1)],
    [`processor time of ${number(CHANGES)} changed pods, s`, number(churned.cpuSeconds - settled.cpuSeconds, 2)],
    ['longest pause of the tables for them, ms', number(churned.slowestMs, 1)],
  ];
  printTable([`${number(PODS)} pods`, ''], rows);
  const isMet = settled.rss - before.rss <= GOAL_BYTES && synced.cpuSeconds - before.cpuSeconds <= GOAL_SECONDS;
  console.log(`goals (60 MB grown, ${GOAL_SECONDS} s of processor time): ${isMet ? 'met' : 'not met'}`);
  follower.child.stdin?.write('stop\n');
  await once(follower.child, 'exit');
  await server.close();
}

const [url] = process.argv.slice(2);
if (url !== undefined) await follow(url);
else {
  console.log(`== kubernetes-identity\nan API server with ${number(PODS)} pods is followed\n${machineLine()}`);
  if (isQuick) console.log('BENCH_QUICK=1: small sizes, the figures mean nothing.');
  await measure();
}
