import type { Endpoint } from '../../endpoint.ts';

/**
 * `stratum`: it speaks the protocol. `pool`: the TLS hello names a pool. `shape`: TLS to a port of pools, long and quiet.
 * `suspect`: that, but it is not old enough.
 */
export type MiningForm = 'stratum' | 'pool' | 'shape' | 'suspect';

/** One conversation in which somebody may mine. */
export interface MiningSession {
  readonly source: Endpoint;
  readonly sourceKey: string;
  /** With its port. */
  readonly target: Endpoint;
  form: MiningForm;
  readonly startMs: number;
  lastMs: number;
  /** Messages that say so. */
  messages: number;
  unreported: number;
  alarmSinceMs: number;
  /** Payload both ways, as far as connections tell of it. */
  bytes: number;
  method?: string;
  login?: string;
  agent?: string;
  serverName?: string;
}

/** Look-ups of pools by one workload. */
export interface PoolLookups {
  readonly source: Endpoint;
  target: Endpoint;
  readonly sinceMs: number;
  lastMs: number;
  lookups: number;
  unreported: number;
  readonly names: Set<string>;
}
