import type { ConnectionObservation, Endpoint } from '@netguard/core';
import { RTT_BUCKETS_SECONDS, type RttExemplar, type Tick } from './messages.ts';

/** A row that did not move for this long goes; should it come again, it begins anew. */
const IDLE_MS = 900_000;

interface Row {
  readonly namespace: string;
  readonly workload: string;
  buckets: number[];
  sumSeconds: number;
  segments: number;
  movedMs: number;
  /** The latest sample of each bucket since the last take; '' where there is none. */
  readonly flowIds: string[];
  readonly seconds: number[];
  readonly timesMs: number[];
}

/** RTT and retransmits by namespace and workload: few rows, whatever the number of connections. */
export class WorkloadStats {
  readonly #rows = new Map<string, Row>();
  #byEndpoint = new WeakMap<Endpoint, Row>();

  observe(observation: ConnectionObservation, local: Endpoint): void {
    if (observation.srttUs === 0 && observation.delta.retransmits === 0) return;
    const row = this.#byEndpoint.get(local) ?? this.#rowOf(local);
    row.segments += observation.delta.retransmits;
    row.movedMs = observation.timeMs;
    if (observation.srttUs === 0 || !observation.established) return;
    const seconds = observation.srttUs / 1e6;
    let bucket = 0;
    while (bucket < RTT_BUCKETS_SECONDS.length && seconds > (RTT_BUCKETS_SECONDS[bucket] as number)) bucket++;
    row.buckets[bucket] = (row.buckets[bucket] as number) + 1;
    row.sumSeconds += seconds;
    row.flowIds[bucket] = observation.id;
    row.seconds[bucket] = seconds;
    row.timesMs[bucket] = observation.timeMs;
  }

  /** RTT samples since the last call, and retransmits since the start. */
  take(nowMs: number): Pick<Tick, 'rtt' | 'retransmits'> {
    const rtt: Tick['rtt'][number][] = [];
    const retransmits: Tick['retransmits'][number][] = [];
    for (const [id, row] of this.#rows) {
      if (nowMs - row.movedMs > IDLE_MS) {
        this.#rows.delete(id);
        this.#byEndpoint = new WeakMap();
        continue;
      }
      if (row.segments > 0)
        retransmits.push({ namespace: row.namespace, workload: row.workload, segments: row.segments });
      if (!row.buckets.some((count) => count > 0)) continue;
      const { namespace, workload, buckets, sumSeconds } = row;
      rtt.push({ namespace, workload, buckets, sumSeconds, exemplars: exemplarsOf(row) });
      row.buckets = emptyBuckets();
      row.sumSeconds = 0;
      row.flowIds.fill('');
    }
    return { rtt, retransmits };
  }

  #rowOf(endpoint: Endpoint): Row {
    const namespace = endpoint.namespace ?? '';
    const workload = endpoint.workload?.name ?? endpoint.pod ?? endpoint.container ?? endpoint.service ?? endpoint.kind;
    const id = `${namespace}\0${workload}`;
    let row = this.#rows.get(id);
    if (!row) {
      const [buckets, seconds, timesMs] = [emptyBuckets(), emptyBuckets(), emptyBuckets()];
      const flowIds = buckets.map(() => '');
      row = { namespace, workload, buckets, sumSeconds: 0, segments: 0, movedMs: 0, flowIds, seconds, timesMs };
      this.#rows.set(id, row);
    }
    this.#byEndpoint.set(endpoint, row);
    return row;
  }
}

function exemplarsOf({ flowIds, seconds, timesMs }: Row): RttExemplar[] {
  return flowIds.flatMap((flowId, bucket) =>
    flowId === '' ? [] : [{ bucket, flowId, seconds: seconds[bucket] ?? 0, timeMs: timesMs[bucket] ?? 0 }],
  );
}

function emptyBuckets(): number[] {
  return new Array<number>(RTT_BUCKETS_SECONDS.length + 1).fill(0);
}
