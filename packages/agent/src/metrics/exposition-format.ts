import { type Metric, Registry } from 'prom-client';

export type ExpositionFormat = 'text' | 'openmetrics';

/** OpenMetrics when the Accept header ranks it at least as high as the plain text format. */
export function negotiateFormat(accept: string | undefined): ExpositionFormat {
  let openMetrics = 0;
  let text = 0;
  for (const range of (accept ?? '').slice(0, 1000).split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
    const rank = Number.isFinite(quality) ? quality : 0;
    if (type === 'application/openmetrics-text') openMetrics = Math.max(openMetrics, rank);
    if (type === 'text/plain') text = Math.max(text, rank);
  }
  return openMetrics > 0 && openMetrics >= text ? 'openmetrics' : 'text';
}

/**
 * The same metrics in OpenMetrics. A registry of its own around copies, because prom-client's takes `_total` off the
 * metric objects themselves when it writes this format and would never give it back to the plain one.
 */
export function openMetricsView(registry: Registry): Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE> {
  const view = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
  view.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const entry of registry.getMetricsAsArray()) {
    const metric = entry as unknown as Metric;
    const name = entry.name.replace(/_total$/, '');
    const copy = {
      name: entry.name,
      help: entry.help,
      type: entry.type,
      get: async () => ({ ...(await metric.get()), name: isCounter(entry.type) ? name : entry.name }),
    };
    view.registerMetric(copy as unknown as Metric);
  }
  return view;
}

/** prom-client's types say a number here, its objects a word. */
function isCounter(type: unknown): boolean {
  return type === 'counter';
}
