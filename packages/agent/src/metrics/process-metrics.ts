import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';

/** The event-loop lag of the main thread; the others of prom-client's `nodejs_*` say little to an operator. */
const LAG = [
  'nodejs_eventloop_lag_seconds',
  'nodejs_eventloop_lag_p50_seconds',
  'nodejs_eventloop_lag_p99_seconds',
  'nodejs_eventloop_lag_max_seconds',
];

/** Resolution of the lag's timer: 50 wake-ups a second are too little CPU to measure. */
const LAG_PRECISION_MS = 20;

let collected: readonly Metric[] | undefined;

/** Adds `process_*` and the event-loop lag. They belong to the process, so registries of one process share them. */
export function registerProcessMetrics(registry: Registry): void {
  collected ??= collect();
  for (const metric of collected) registry.registerMetric(metric);
}

function collect(): Metric[] {
  const everything = new Registry();
  collectDefaultMetrics({ register: everything, eventLoopMonitoringPrecision: LAG_PRECISION_MS });
  return everything
    .getMetricsAsArray()
    .filter(({ name }) => name.startsWith('process_') || LAG.includes(name)) as unknown as Metric[];
}
