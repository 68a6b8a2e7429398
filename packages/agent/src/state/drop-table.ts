import type { DropRow, Tick } from '../worker/messages.ts';
import { subjectEndpoint, subjectKey } from './subject.ts';

/** Rows above this are not kept: kernel reasons (about 120) times pods that really drop. */
const MAX_ROWS = 20_000;

/** One row an endpoint and reason: an endpoint may own several network namespaces. */
export function mergeDrops(rows: readonly DropRow[]): Map<string, DropRow> {
  const merged = new Map<string, DropRow>();
  for (const row of rows) {
    const key = `${subjectKey(row.endpoint)}\0${row.reason}`;
    const packets = (merged.get(key)?.packets ?? 0) + row.packets;
    merged.set(key, { endpoint: subjectEndpoint(row.endpoint), reason: row.reason, packets });
  }
  return merged;
}

/** Cumulative dropped packets by endpoint and the kernel's reason. */
export class DropTable {
  readonly #rows = new Map<string, { readonly row: DropRow; readonly seenMs: number }>();
  #graceMs: number;

  constructor(graceSeconds: number) {
    this.#graceMs = graceSeconds * 1000;
  }

  set graceSeconds(seconds: number) {
    this.#graceMs = seconds * 1000;
  }

  update(tick: Tick): void {
    for (const [key, row] of mergeDrops(tick.drops)) {
      if (this.#rows.has(key) || this.#rows.size < MAX_ROWS) this.#rows.set(key, { row, seenMs: tick.timeMs });
    }
    for (const [key, { seenMs }] of this.#rows) if (seenMs < tick.timeMs - this.#graceMs) this.#rows.delete(key);
  }

  *rows(): Generator<{ readonly key: string; readonly row: DropRow }> {
    for (const [key, { row }] of this.#rows) yield { key, row };
  }
}
