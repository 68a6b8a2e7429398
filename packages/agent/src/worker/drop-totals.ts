import type { DropObservation, Endpoint } from '@netguard/core';
import type { DropRow } from './messages.ts';

/** Dropped packets by owner of the namespace and reason, since the start. */
export class DropTotals {
  readonly #rows = new Map<string, { netns: number; reason: string; packets: number }>();

  observe(drop: DropObservation): void {
    const id = `${drop.netns}|${drop.reason}`;
    const row = this.#rows.get(id);
    if (row) row.packets += drop.packets;
    else this.#rows.set(id, { netns: drop.netns, reason: drop.reason, packets: drop.packets });
  }

  list(nameNetns: (netns: number) => Endpoint): DropRow[] {
    return [...this.#rows.values()].map(({ netns, reason, packets }) => ({ endpoint: nameNetns(netns), reason, packets }));
  }
}
