import type { Finding } from '../../alert/alert.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type { DetectorContext } from '../context.ts';
import type { HeldConnections, Pair } from './held-connections.ts';
import type { ConnectionFloodParameters } from './parameters.ts';
import { heldFinding, heldTotalFinding } from './report.ts';

/** All sources outside together are a distributed flood from so many times one source's floor on. */
const TOTAL_FACTOR = 10;

export interface HeldTotal {
  readonly target: Endpoint;
  readonly port: number;
  held: number;
  silent: number;
  bytes: number;
  readonly pairs: Pair[];
}

/** Judges how many connections clients hold open: without saying anything (slow holders), or at all. */
export class HeldJudgement {
  readonly #context: DetectorContext;
  /** Targets in alarm for all of their sources together, since when. */
  readonly #totalSince = new Map<string, number>();

  constructor(context: DetectorContext) {
    this.#context = context;
  }

  /** @param told sources and `>targets` (workload keys) that have a finding already; takes those of this one. */
  evaluate(held: HeldConnections, nowMs: number, told: Set<string>, p: ConnectionFloodParameters): Finding[] {
    const serverSide: Pair[] = [];
    const clientSide: Pair[] = [];
    const totals = new Map<string, HeldTotal>();
    held.evaluate(nowMs, p, (pair) => {
      if (pair.held > 0 && pair.isOutside) addTotal(totals, pair);
      const isFlood = ratioOf(pair, p) >= (Number.isNaN(pair.sinceMs) ? 1 : p.offRatio);
      if (!isFlood) pair.sinceMs = Number.NaN;
      else (pair.byClient ? clientSide : serverSide).push(pair);
    });
    const findings: Finding[] = [];
    for (const pair of [...serverSide, ...clientSide]) {
      if (Number.isNaN(pair.sinceMs)) pair.sinceMs = nowMs;
      const server = this.#context.cluster.behind(pair.server);
      const key = workloadKey(server);
      if (pair.byClient && (told.has(workloadKey(pair.client)) || told.has(`>${key}`))) continue;
      told.add(workloadKey(pair.client));
      told.add(`>${key}`);
      findings.push(heldFinding(pair, server, p));
    }
    findings.push(...this.#evaluateTotals(totals, nowMs, told, p));
    return findings;
  }

  #evaluateTotals(
    totals: ReadonlyMap<string, HeldTotal>,
    nowMs: number,
    told: Set<string>,
    p: ConnectionFloodParameters,
  ): Finding[] {
    const findings: Finding[] = [];
    for (const key of this.#totalSince.keys()) if (!totals.has(key)) this.#totalSince.delete(key);
    for (const [key, total] of totals) {
      const since = this.#totalSince.get(key);
      const threshold = p.silentConnections * TOTAL_FACTOR;
      if (total.held < threshold * (since === undefined ? 1 : p.offRatio)) {
        this.#totalSince.delete(key);
        continue;
      }
      this.#totalSince.set(key, since ?? nowMs);
      // One cause, one finding: a source of it that is over its own floor has been told of.
      if (told.has(`>${key}`)) continue;
      findings.push(heldTotalFinding(total, threshold, since ?? nowMs, p, this.#context));
    }
    return findings;
  }
}

/** How far a pair is above the nearer of its two thresholds. */
export function ratioOf(pair: Pair, p: ConnectionFloodParameters): number {
  return Math.max(pair.held / heldLimit(pair, p), pair.open / openLimit(pair, p));
}

export function heldLimit({ isOutside, isShared }: Pair, p: ConnectionFloodParameters): number {
  return p.silentConnections * (isOutside && !isShared ? 1 : p.insideSilentFactor);
}

/** How many a client may have open; a shared address, as many as its hosts like. */
export function openLimit({ isOutside, isShared }: Pair, p: ConnectionFloodParameters): number {
  if (isShared) return Number.POSITIVE_INFINITY;
  return p.sourceSessions * (isOutside ? 1 : p.insideFactor);
}

function addTotal(totals: Map<string, HeldTotal>, pair: Pair): void {
  const key = workloadKey(pair.server);
  let total = totals.get(key);
  if (total === undefined) {
    total = { target: pair.server, port: pair.serverPort, held: 0, silent: 0, bytes: 0, pairs: [] };
    totals.set(key, total);
  }
  total.held += pair.held;
  total.silent += pair.silent;
  total.bytes += pair.bytes;
  total.pairs.push(pair);
}
