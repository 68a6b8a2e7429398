/** What a kernel under test tells: the guest writes one line of JSON each, the host reads them. */

/** One kernel program, loaded and attached by itself through the library. */
export interface Trial {
  readonly kind: 'trial';
  /** Name of the object file without its ending. */
  readonly object: string;
  readonly program: string;
  /** What of the settings that are fixed at load differs from the usual. */
  readonly variant?: string;
  readonly loads: boolean;
  readonly attaches: boolean;
  /** Why not. */
  readonly reason?: string;
}

/** What was sent, and what NetGuard counted of it. */
export interface Count {
  readonly kind: 'count';
  /** The program whose count it is. */
  readonly program: string;
  readonly what: string;
  readonly sent: number;
  readonly counted: number;
  /** The first few that differ; none when all is equal. */
  readonly differences: readonly string[];
}

/** What `netguard run` came to: it served, or it refused to start. */
export interface DaemonResult {
  readonly kind: 'daemon';
  readonly result: 'served' | 'refused';
  /** Its exit status. */
  readonly status: number | string;
  /** What it wrote when it refused; programs that were not attached when it served. */
  readonly detail: string;
  /** Of `netguard doctor`, where it refused. */
  readonly doctor?: { readonly status: number | string; readonly said: string };
}

export type GuestLine =
  | { readonly kind: 'kernel'; readonly release: string }
  | Trial
  | Count
  | DaemonResult
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'done' };

/** All lines of one boot. */
export interface KernelReport {
  readonly release: string;
  readonly trials: readonly Trial[];
  readonly counts: readonly Count[];
  readonly daemon: DaemonResult | undefined;
  readonly seconds: number;
}

export function isEqual({ sent, counted, differences }: Count): boolean {
  return sent === counted && differences.length === 0;
}
