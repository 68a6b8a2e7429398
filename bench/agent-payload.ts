/**
 * What looking into payload costs the agent at 10,000 new connections a second, each with an HTTP request and its answer: not at
 * all, as it comes (5,000 samples a second), every one of them, and every one held against all the rules there are; in one run.
 * Rules are no part of the project: NETGUARD_FEEDS names their directory. Run: `node bench/agent-payload.ts` as root, after
 * `npm run build`.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentProcess, bestForm } from './support/agent-process.ts';
import { connectAtRate } from './support/connections.ts';
import { coreShare, memoryOf } from './support/process-cost.ts';
import { mebibytes, number, printTable, ratio, title } from './support/report.ts';
import { size } from './support/sizes.ts';
import { openTwoPods } from './support/two-pods.ts';

const SECONDS = size(10, 2);
const PER_SECOND = 10_000;
const SETTLE_MS = size(3000, 500);
/** Two ends on one host are sampled both, two segments each. */
const EVERY = { samplesPerSecond: 100_000, burst: 50_000, ringBytes: 16_777_216 };
const LOADED_WITHIN_MS = 30_000;

const feeds = process.env.NETGUARD_FEEDS ?? resolve(import.meta.dirname, '../../shared/feeds');
const files = ['et-open-bsd/2025-08', 'et-open-bsd/2019-08'].map((name) => join(feeds, name)).filter(existsSync);
const variables = { HOME_NET: 'any', EXTERNAL_NET: 'any' };
const form = bestForm();
title(
  'agent-payload',
  `10,000 connections/s with a request and an answer; the ${form} agent; share of one core, all threads`,
);

await using pods = await openTwoPods();
const rows = [
  await measure('payload off', { payload: { mode: 'off' } }),
  await measure('as it comes', {}),
  await measure('every conversation', { payload: EVERY }),
];
if (files.length > 0)
  rows.push(await measure('every conversation, with rules', { payload: EVERY, rules: { files, variables } }));
const base = rows[0]!.core;
printTable(
  ['payload', 'core %', '÷ off', 'connections/s', 'samples/s', 'rules', 'RSS MiB', 'not sampled/s', 'lost events'],
  rows.map(({ what, core, rate, samples, rules, memory, skipped, lost }) => [
    what,
    number(100 * core, 1),
    ratio(core / base),
    number(rate),
    number(samples),
    number(rules),
    mebibytes(memory),
    number(skipped),
    number(lost),
  ]),
);

async function measure(what: string, config: Readonly<Record<string, unknown>>) {
  const { lab, client, server } = pods;
  await using agent = await AgentProcess.start({ form, identities: lab.identities(), config });
  const rules = 'rules' in config ? await rulesOf(agent) : 0;
  await sleep(SETTLE_MS);
  const before = await counters(agent);
  let rate = 0;
  const used = await coreShare(agent.pid, async () => {
    const made = await connectAtRate(client, server, PER_SECOND, SECONDS);
    rate = made.connections / made.seconds;
  });
  await sleep(SETTLE_MS);
  const after = await counters(agent);
  return {
    what,
    core: used.total,
    rate,
    samples: (after.samples - before.samples) / SECONDS,
    skipped: (after.skipped - before.skipped) / SECONDS,
    lost: after.lost - before.lost,
    rules,
    memory: memoryOf(agent.pid).rss,
  };
}

async function counters(agent: AgentProcess) {
  const samples = await agent.counter('netguard_payload_samples_total', 'outcome');
  const lost = await agent.counter('netguard_lost_events_total', 'source');
  const skipped = lost.get('payload_rate') ?? 0;
  const all = [...lost.values()].reduce((sum, count) => sum + count, 0);
  return { samples: samples.get('inspected') ?? 0, skipped, lost: all - skipped };
}

/** Waits until the rules are in use. */
async function rulesOf(agent: AgentProcess): Promise<number> {
  for (const began = performance.now(); performance.now() - began < LOADED_WITHIN_MS; await sleep(100)) {
    const loaded = (await agent.counter('netguard_rules', 'state')).get('loaded');
    if (loaded !== undefined) return loaded;
  }
  throw new Error('the rules did not come into use');
}
