import { Registry } from 'prom-client';
import type { SeriesFamily } from '../programs/series/types.ts';
import { openMetricsView } from './exposition-format.ts';
import { registerFamily } from './family.ts';

/** As Prometheus' data model has it; one other name, and its parser refuses the whole exposition. */
const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/**
 * The metrics of NetGuard and, after them, those of users' programs, which come and go. A name that NetGuard has is left out, and
 * so is one that is no name of a metric.
 */
export function withPrograms(
  registry: Registry,
  view: Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE> | undefined,
  families: readonly SeriesFamily[],
): Registry | Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE> {
  if (families.length === 0) return view ?? registry;
  const own = new Registry();
  for (const { name, help, type, samples } of families) {
    if (!METRIC_NAME.test(name) || registry.getSingleMetric(name) !== undefined) continue;
    registerFamily(own, { name, help, type, collect: () => samples });
  }
  if (view === undefined) return Registry.merge([registry, own]);
  return Registry.merge([view as unknown as Registry, openMetricsView(own) as unknown as Registry]);
}
