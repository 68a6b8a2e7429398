/**
 * Observations per CPU second through all detectors, and through everything else that core does with them (FlowTable,
 * EdgeTable, TotalsTable), next to the same loop doing nothing. Goal: 1,000,000 a second through all detectors on one core.
 * Run: `node bench/detectors.ts [seconds]`.
 */
import {
  type ConnectionObservation,
  type DatagramObservation,
  type Detector,
  DetectorSet,
  detectorContext,
  detectors,
  EdgeTable,
  type Endpoint,
  FlowTable,
  LearningStore,
  TotalsTable,
} from '@netguard/core';
import { machineLine } from './support/machine.ts';
import { MIX, NodeSecond, SECOND } from './support/node-second.ts';
import { madeAnew, type Seen } from './support/observations.ts';
import { number, printTable } from './support/report.ts';
import { isQuick } from './support/sizes.ts';
import { threadTimeNs } from './support/thread-time.ts';

const SECONDS = Number(process.argv[2] ?? (isQuick ? 0.2 : 3));
/** Seconds of the node before measuring: what is learned is learned, and the code is compiled. */
const WARM_UP = isQuick ? 2 : 40;
/** Of them after that: making them takes longer than what is quick to observe them. */
const MOST = 50;
const GOAL = 1e6;
/** Made at once, and not counted: a source makes an observation right before it is observed, so that the cache holds it. */
const CHUNK = 200;

type Conversation = ConnectionObservation | DatagramObservation;

interface Subject {
  observe(seen: Seen): void;
  /** Once a second. */
  tick(nowMs: number): void;
}

/** Figures of one subject: nanoseconds for each observation, evaluation included, and that alone for a second (ms). */
interface Figures {
  readonly ns: number;
  readonly tickMs: number;
}

let checksum = 0;
const node = new NodeSecond();

/** Plays the node's second until `SECONDS` of this thread's own processor time went by; moving it on, and making observations, is not counted. */
function measure(subject: Subject): Figures {
  for (let second = 0; second < WARM_UP; second++) play(subject);
  let count = 0;
  let usedNs = 0;
  let tickNs = 0;
  for (let second = 0; second < MOST && usedNs < SECONDS * 1e9; second++) {
    const [observing, ticking] = play(subject);
    usedNs += observing + ticking;
    tickNs += ticking;
    count += SECOND;
  }
  return { ns: usedNs / count, tickMs: tickNs / 1e6 / (count / SECOND) };
}

function play(subject: Subject): [observingNs: number, tickingNs: number] {
  const nowMs = node.next();
  let observingNs = 0;
  for (let from = 0; from < node.items.length; from += CHUNK) {
    const chunk = node.items.slice(from, from + CHUNK).map(madeAnew);
    const begin = threadTimeNs();
    for (const seen of chunk) subject.observe(seen);
    observingNs += threadTimeNs() - begin;
  }
  const begin = threadTimeNs();
  subject.tick(nowMs);
  return [observingNs, threadTimeNs() - begin];
}

/** Fresh state for each measurement, all in the modes that are the default. */
class Detecting implements Subject {
  readonly #set: DetectorSet;

  constructor(only?: readonly Detector[]) {
    const { nameAddress, cluster } = node.names;
    const learning = new LearningStore({ learningMs: 10_000, maxWorkloads: 1000 });
    const context = detectorContext({ nameAddress, cluster, learning });
    this.#set = new DetectorSet({ context, ...(only === undefined ? undefined : { detectors: only }) });
  }

  observe({ observation, who }: Seen): void {
    this.#set.observe(observation, who);
  }

  tick(nowMs: number): void {
    checksum += this.#set.evaluate(nowMs).length;
  }

  check(): void {
    for (const { id, errors, lastError } of this.#set.status()) {
      if (errors > 0) throw new Error(`${errors} errors in ${id}: ${lastError}`);
    }
  }
}

class Accounting implements Subject {
  readonly #flows = new FlowTable({ node: 'bench' });
  readonly #edges = new EdgeTable();
  readonly #totals = new TotalsTable();
  readonly #parts: { readonly flows: boolean; readonly edges: boolean; readonly totals: boolean };

  constructor(parts: { flows?: boolean; edges?: boolean; totals?: boolean }) {
    this.#parts = { flows: false, edges: false, totals: false, ...parts };
  }

  observe({ observation, who }: Seen): void {
    if (observation.kind !== 'connection' && observation.kind !== 'datagrams') return;
    const ends = who as { readonly local: Endpoint; readonly remote: Endpoint };
    const { flows, edges, totals } = this.#parts;
    if (totals && observation.kind === 'connection') this.#totals.addConnection(observation, ends.local);
    if (edges) this.#edges.observe(observation as Conversation, ends);
    if (flows) checksum += this.#flows.observe(observation as Conversation, ends).length;
  }

  tick(nowMs: number): void {
    if (this.#parts.flows) checksum += this.#flows.flush(nowMs).length;
    if (this.#parts.edges) checksum += this.#edges.flush(nowMs).length;
  }
}

const nothing: Subject = {
  observe({ observation }) {
    checksum += observation.timeMs;
  },
  tick() {},
};

function both(a: Subject, b: Subject): Subject {
  return {
    observe(seen) {
      a.observe(seen);
      b.observe(seen);
    },
    tick(nowMs) {
      a.tick(nowMs);
      b.tick(nowMs);
    },
  };
}

console.log(
  `== detectors\n${number(SECOND)} observations a second of node time, evaluated once in it\n${machineLine()}`,
);
console.log(
  Object.entries(MIX)
    .map(([what, share]) => `${String(share / 10).padStart(5)} %  ${what}`)
    .join('\n'),
);

const rows: string[][] = [];
function row(name: string, { ns, tickMs }: Figures): Figures {
  rows.push([name, number(ns), number(1e9 / ns), number(tickMs, 2)]);
  return { ns, tickMs };
}

measure(nothing);
row('the loop alone', measure(nothing));
const all = new Detecting();
const allFigures = row('all detectors', measure(all));
all.check();
for (const detector of detectors) {
  const one = new Detecting([detector]);
  row(`  ${detector.id}`, measure(one));
  one.check();
}
for (const part of ['flows', 'edges', 'totals'] as const) row(part, measure(new Accounting({ [part]: true })));
row(
  'detectors, flows, edges, totals',
  measure(both(new Detecting(), new Accounting({ flows: true, edges: true, totals: true }))),
);
printTable(['', 'ns each', 'a second', 'ms of it to evaluate a second'], rows);
const rate = 1e9 / allFigures.ns;
console.log(`\ngoal: ${number(GOAL)} a second through all detectors, on one core: ${rate >= GOAL ? 'met' : 'missed'}`);
if (checksum === 0) throw new Error('nothing was observed');
