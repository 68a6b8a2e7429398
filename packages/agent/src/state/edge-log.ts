import type { Edge } from '@netguard/core';
import type { Numbered } from './flow-log.ts';

/** Five minutes at the default window of 10 s; longer history is Prometheus' and the hub's. */
const MAX_WINDOWS = 30;
/** All windows together: bounds memory to tens of megabytes however busy the node. */
const MAX_EDGES = 50_000;

interface Window {
  readonly start: string;
  readonly first: number;
  readonly edges: Edge[];
}

/** Edges of the last windows, oldest windows dropped first. */
export class EdgeLog {
  readonly #windows: Window[] = [];
  #total = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get capacity(): number {
    return MAX_EDGES;
  }

  add(edges: readonly Edge[]): void {
    for (const edge of edges) {
      let window = this.#windows.at(-1);
      if (window?.start !== edge.windowStart) {
        window = { start: edge.windowStart, first: this.#total, edges: [] };
        this.#windows.push(window);
      }
      window.edges.push(edge);
      this.#total++;
      this.#size++;
      this.#trim();
    }
  }

  #trim(): void {
    while (this.#windows.length > 1 && (this.#windows.length > MAX_WINDOWS || this.#size > MAX_EDGES)) {
      this.#size -= this.#windows.shift()?.edges.length ?? 0;
    }
  }

  /** Newest first, only edges older than number `before`. */
  *newestFirst(before = Number.POSITIVE_INFINITY): Generator<Numbered<Edge>> {
    for (const window of this.#windows.toReversed()) {
      for (let index = Math.min(window.edges.length, before - window.first) - 1; index >= 0; index--) {
        const item = window.edges[index];
        if (item !== undefined) yield { sequence: window.first + index, item };
      }
    }
  }
}
