import { type ApplicationObservation, boundedTypeName, dnsRcodeName, type Endpoint } from '@netguard/core';
import { namespaceLabel, workloadLabel } from '../metrics/endpoint-labels.ts';
import type { DnsRow } from './messages.ts';

/** A row that did not move for this long goes; should it come again, it begins anew. */
const IDLE_MS = 900_000;
/** Types and codes are few, workloads of a node are as many as its pods: far above both. */
const ROWS = 16_384;

interface Row extends DnsRow {
  count: number;
  movedMs: number;
}

/** Questions asked and answers got by the workloads of this node, as their resolver's clients. */
export class DnsCounts {
  readonly #rows = new Map<string, Row>();

  /** `local`: the watched end. What it answers as a server is its clients' to count. */
  observe({ facts, role, sent, timeMs }: ApplicationObservation, local: Endpoint): void {
    if (facts.protocol !== 'dns' || role !== 'client') return;
    const isQuery = facts.message === 'query';
    if (isQuery !== sent) return;
    const what = isQuery ? boundedTypeName(facts.questions[0]?.type ?? 0) : dnsRcodeName(facts.rcode);
    const row = this.#rowOf(namespaceLabel(local), workloadLabel(local), isQuery ? 'queries' : 'responses', what);
    if (row === undefined) return;
    row.count++;
    row.movedMs = timeMs;
  }

  /** Cumulative counts of what moved within the last quarter of an hour. */
  list(nowMs: number): DnsRow[] {
    const rows: DnsRow[] = [];
    for (const [key, { movedMs, ...row }] of this.#rows) {
      if (nowMs - movedMs > IDLE_MS) this.#rows.delete(key);
      else rows.push(row);
    }
    return rows;
  }

  #rowOf(namespace: string, workload: string, kind: DnsRow['kind'], what: string): Row | undefined {
    const key = `${namespace}\0${workload}\0${kind}\0${what}`;
    let row = this.#rows.get(key);
    if (row === undefined && this.#rows.size < ROWS) {
      row = { namespace, workload, kind, what, count: 0, movedMs: 0 };
      this.#rows.set(key, row);
    }
    return row;
  }
}
