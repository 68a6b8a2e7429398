/** What every bounded table says about itself; `evicted` counts what was left out or thrown out because it was full. */
export interface TableState {
  readonly entries: number;
  readonly capacity: number;
  readonly evicted: number;
}
