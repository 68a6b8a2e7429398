/**
 * What the number of entities costs: nanoseconds for each observation through all detectors, FlowTable and EdgeTable, with
 * 1,000 to 1,000,000 addresses outside that take turns, next to one look-up of each in a Map of as many; and what a million
 * spoofed sources leave in memory. Each measurement in a process of its own. Goals: a curve that is flat, 64 MiB at the most.
 * Run: `node bench/entities.ts`.
 */
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type DatagramObservation,
  DetectorSet,
  detectorContext,
  EdgeTable,
  FlowTable,
  LearningStore,
} from '@netguard/core';
import { machineLine } from './support/machine.ts';
import { strangerAddress } from './support/node-names.ts';
import { NodeSecond, SECOND } from './support/node-second.ts';
import { connection, datagrams, probe, type Seen } from './support/observations.ts';
import { PRODUCT_FLAGS } from './support/product-flags.ts';
import { mebibytes, number, printTable, ratio } from './support/report.ts';
import { isQuick, size } from './support/sizes.ts';
import { threadTimeNs } from './support/thread-time.ts';

const CURVE = [1000, 10_000, 100_000, size(1_000_000, 100_000)];
const MEASURED = size(1_000_000, 20_000);
const FEW = 1000;
const SPOOFED = size(1_000_000, 50_000);
/** Seconds of an ordinary node first: code is compiled, and its own tables are as full as they get. */
const WARM_UP = size(40, 3);
const SETTLE_MS = size(12_000, 100);
const GOAL_BYTES = 64 * 1_048_576;
/** Made at once, and not counted: a source makes an observation right before it is observed, so that the cache holds it. */
const CHUNK = 200;

interface Memory {
  readonly grownBytes: number;
  readonly observations: number;
  readonly tables: readonly { readonly name: string; readonly entries: number; readonly evicted: number }[];
}

/** All that core does with observations, behind one second of a node. */
class Chain {
  readonly node = new NodeSecond();
  readonly #set: DetectorSet;
  readonly #flows = new FlowTable({ node: 'bench' });
  readonly #edges = new EdgeTable();
  #nowMs = 0;
  #sinceTick = 0;

  constructor() {
    const { nameAddress, cluster } = this.node.names;
    const learning = new LearningStore({ learningMs: 10_000, maxWorkloads: 1000 });
    this.#set = new DetectorSet({ context: detectorContext({ nameAddress, cluster, learning }) });
    for (let second = 0; second < WARM_UP; second++) {
      this.#nowMs = this.node.next();
      for (const seen of this.node.items) this.#observe(seen);
      this.#tick();
    }
  }

  /** What the nth entity does at the time it is now: it connects, is connected to, or sends without an answer. */
  seen(index: number, turn: number): Seen {
    const { names } = this.node;
    const remote = names.nameAddress(strangerAddress(index));
    const pod = index % names.local.length;
    const local = names.local[pod] ?? remote;
    const ends = { id: `${index}.${turn}`, local, remote, clientPort: 32_768 + (index % 28_000), cgroupId: pod };
    const seen = [
      () => closed(connection({ ...ends, role: 'server', port: 8080, bytes: 1500 })),
      () => closed(connection({ ...ends, role: 'client', port: 443, bytes: 1500 })),
      () => unanswered(datagrams({ ...ends, role: 'server', port: 53, received: 1, sent: 0, size: 60 })),
      () => probe(local, pod, remote, 'syn', 23),
    ][index % 4]!();
    seen.observation.timeMs = this.#nowMs;
    return seen;
  }

  /** What a spoofer's packets are to the node: the half at a closed TCP port, the other at an open UDP port. */
  spoofed(index: number): Seen {
    return this.seen(index * 4 + 2 + (index & 1), 0);
  }

  /** Nanoseconds of this thread for all of them; time goes on by a second each 20,000. */
  observe(all: readonly Seen[]): number {
    const begin = threadTimeNs();
    for (const seen of all) this.#observe(seen);
    this.#sinceTick += all.length;
    if (this.#sinceTick >= SECOND) {
      this.#sinceTick -= SECOND;
      this.#nowMs += 1000;
      this.#tick();
    }
    return threadTimeNs() - begin;
  }

  get tables(): Memory['tables'] {
    const { entries, evicted } = this.#flows.state;
    const edges = this.#edges.state;
    return [
      ...this.#set.status().map(({ id, ...state }) => ({ name: id, entries: state.entries, evicted: state.evicted })),
      { name: 'flows', entries, evicted },
      { name: 'edges', entries: edges.entries, evicted: edges.evicted },
    ];
  }

  #observe({ observation, who: { local, remote } }: Seen): void {
    this.#set.observe(observation, { local, remote });
    if (remote === null || (observation.kind !== 'connection' && observation.kind !== 'datagrams')) return;
    this.#edges.observe(observation, { local, remote });
    this.#flows.observe(observation, { local, remote });
  }

  #tick(): void {
    this.#set.evaluate(this.#nowMs);
    this.#edges.flush(this.#nowMs);
    this.#flows.flush(this.#nowMs);
  }
}

function closed(seen: ReturnType<typeof connection>): Seen {
  Object.assign(seen.observation, { phase: 'closed', isNew: true, closeReason: 'fin' });
  return seen;
}

function unanswered(seen: Seen<DatagramObservation>): Seen {
  seen.observation.isNew = true;
  return seen;
}

/** What the machine takes for one look-up among as many: a count by address in a Map, which forgets nobody. */
class OneMap {
  readonly #counts = new Map<string, { count: number }>();

  observe(all: readonly Seen[]): number {
    const begin = threadTimeNs();
    for (const { who } of all) {
      const ip = who.remote?.ip ?? '';
      const known = this.#counts.get(ip);
      if (known === undefined) this.#counts.set(ip, { count: 1 });
      else known.count++;
    }
    return threadTimeNs() - begin;
  }
}

function nanosecondsEach(entities: number, subject?: OneMap): number {
  const chain = new Chain();
  const observer = subject ?? chain;
  let random = 1;
  let usedNs = 0;
  const play = (count: number, next: (n: number) => number): void => {
    usedNs = 0;
    for (let from = 0; from < count; from += CHUNK) {
      usedNs += observer.observe(Array.from({ length: CHUNK }, (_, n) => chain.seen(next(from + n), from)));
    }
  };
  play(Math.max(entities, MEASURED / 4), (n) => n % entities);
  play(MEASURED, () => {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((random / 2 ** 32) * entities);
  });
  return usedNs / MEASURED;
}

/** Before, a few sources sent as much: what the engine takes for short-lived objects is not the spoofer's. */
async function memoryOfSpoofed(): Promise<Memory> {
  const chain = new Chain();
  const play = (sources: number): void => {
    for (let from = 0; from < SPOOFED; from += CHUNK) {
      chain.observe(Array.from({ length: CHUNK }, (_, n) => chain.spoofed((from + n) % sources)));
    }
  };
  play(FEW);
  const before = await residentBytes();
  play(SPOOFED);
  return { grownBytes: (await residentBytes()) - before, observations: SPOOFED, tables: chain.tables };
}

/** After all garbage is collected and the pages that the engine keeps in store for some seconds are given back. */
async function residentBytes(): Promise<number> {
  for (let round = 0; round < 2; round++) {
    globalThis.gc?.();
    await sleep(SETTLE_MS);
  }
  return process.memoryUsage.rss();
}

/** Runs this file again, for one measurement, and returns what it printed. */
function inProcess<T>(...args: readonly string[]): T {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--expose-gc', ...PRODUCT_FLAGS, import.meta.filename, ...args],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (status !== 0) throw new Error(`measuring ${args.join(' ')} ended with ${status}`);
  return JSON.parse(stdout) as T;
}

function report(): void {
  console.log(
    `== entities\nof four: one connects, one is connected to, one sends UDP, one a SYN to a closed port\n${machineLine()}`,
  );
  if (isQuick) console.log('BENCH_QUICK=1: small sizes, the figures mean nothing.');
  const rows = CURVE.map((entities) => ({
    entities,
    ns: inProcess<number>('curve', String(entities)),
    mapNs: inProcess<number>('map', String(entities)),
  }));
  const [first] = rows;
  printTable(
    ['entities', 'ns each', '÷ 1,000', 'one Map', '÷ 1,000'],
    rows.map(({ entities, ns, mapNs }) => [
      number(entities),
      number(ns),
      ratio(ns / (first?.ns ?? Number.NaN)),
      number(mapNs),
      ratio(mapNs / (first?.mapNs ?? Number.NaN)),
    ]),
  );
  const { grownBytes, observations, tables } = inProcess<Memory>('memory');
  const evicted = tables.reduce((sum, table) => sum + table.evicted, 0);
  printTable(
    [`after ${number(observations)} spoofed sources`, 'entries', 'evicted'],
    tables.filter(({ entries }) => entries > 0).map((of) => [of.name, number(of.entries), number(of.evicted)]),
  );
  const isMet = grownBytes <= GOAL_BYTES;
  console.log(`\n${number(evicted)} evictions, resident memory grew by ${mebibytes(grownBytes)} MiB`);
  console.log(`goal: ${mebibytes(GOAL_BYTES)} MiB at the most: ${isMet ? 'met' : 'missed'}`);
}

const [what, entities] = process.argv.slice(2);
if (what === 'curve') console.log(JSON.stringify(nanosecondsEach(Number(entities))));
else if (what === 'map') console.log(JSON.stringify(nanosecondsEach(Number(entities), new OneMap())));
else if (what === 'memory') console.log(JSON.stringify(await memoryOfSpoofed()));
else if (what === undefined) report();
else {
  console.error('usage: node bench/entities.ts');
  process.exitCode = 2;
}
