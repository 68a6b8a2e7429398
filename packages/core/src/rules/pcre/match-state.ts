/** What one search works on; the steps of a compiled expression share it and no two searches run at once. */
export class MatchState {
  bytes: Uint8Array = new Uint8Array(0);
  /** The subject is `bytes[base, end)`: nothing is looked at outside it. */
  base = 0;
  end = 0;
  /** Where the search began (`\G`). */
  from = 0;
  steps = 0;
  stepLimit = 0;
  /** Stack frames of repeated groups. */
  frames = 0;
  readonly captures: Int32Array;
  readonly opens: Int32Array;
  readonly counts: Int32Array;
  readonly starts: Int32Array;

  constructor(groups: number, loops: number) {
    this.captures = new Int32Array((groups + 1) * 2).fill(-1);
    this.opens = new Int32Array(groups + 1).fill(-1);
    this.counts = new Int32Array(loops);
    this.starts = new Int32Array(loops);
  }

  get isOver(): boolean {
    return this.steps > this.stepLimit;
  }

  /** Ends the search: it stays over, whatever calls it. */
  giveUp(): -1 {
    this.steps = Number.POSITIVE_INFINITY;
    return -1;
  }
}

/** The rest of a match from one place on. */
export interface Continuation {
  /** Where the whole match ends when it goes on from `at`, or -1. */
  readonly run: (at: number) => number;
  /** Bytes it can begin with; undefined where it may match nothing or look around. */
  readonly first: Uint8Array | undefined;
}
