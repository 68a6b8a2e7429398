import type { DropObservation, Endpoint } from '@netguard/core';
import type { DropRow } from './messages.ts';

/** A row that did not move for this long goes; should it come again, it begins anew. */
const IDLE_MS = 900_000;

interface Row {
  readonly endpoint: Endpoint;
  readonly reason: string;
  packets: number;
  movedMs: number;
}

/** Dropped packets by owner and reason. The owner is told at the time of the drop: namespace numbers are used again. */
export class DropTotals {
  readonly #rows = new Map<string, Row>();

  observe(drop: DropObservation, endpoint: Endpoint): void {
    const owner = endpoint.pod ?? endpoint.container ?? endpoint.service ?? endpoint.subnetLabel ?? endpoint.kind;
    const id = `${endpoint.namespace ?? ''}|${owner}|${drop.reason}`;
    const row = this.#rows.get(id);
    if (row) {
      row.packets += drop.packets;
      row.movedMs = drop.timeMs;
    } else {
      this.#rows.set(id, { endpoint, reason: drop.reason, packets: drop.packets, movedMs: drop.timeMs });
    }
  }

  list(nowMs: number): DropRow[] {
    const rows: DropRow[] = [];
    for (const [id, { endpoint, reason, packets, movedMs }] of this.#rows) {
      if (nowMs - movedMs > IDLE_MS) this.#rows.delete(id);
      else rows.push({ endpoint, reason, packets });
    }
    return rows;
  }
}
