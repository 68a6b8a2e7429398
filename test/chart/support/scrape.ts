/**
 * The labels of a scraped series, as Prometheus gets them from a monitor: a stand-in for the Prometheus Operator and for
 * Prometheus's own service discovery, which need a cluster. Relabelling follows Prometheus's documentation of
 * relabel_config; the Operator's first rules are those of its generated configuration.
 */
import type { KubeObject } from './helm-run.ts';

export type Labels = Readonly<Record<string, string>>;

interface Relabeling {
  readonly action?: string;
  readonly sourceLabels?: readonly string[];
  readonly separator?: string;
  readonly regex?: string;
  readonly targetLabel?: string;
  readonly replacement?: string;
}

/** What service discovery tells of one agent's port. */
export const DISCOVERED: Labels = {
  __address__: '10.244.1.7:9411',
  __meta_kubernetes_namespace: 'watchers',
  __meta_kubernetes_pod_name: 'netguard-x7k2p',
  __meta_kubernetes_pod_container_name: 'agent',
  __meta_kubernetes_pod_node_name: 'node-7',
  __meta_kubernetes_pod_label_app_kubernetes_io_name: 'netguard',
  __meta_kubernetes_service_name: 'netguard-metrics',
  __meta_kubernetes_service_label_app_kubernetes_io_name: 'netguard',
};

/** Labels of the target that a ServiceMonitor or PodMonitor makes of it. */
export function targetLabels(monitor: KubeObject): Labels {
  const isService = monitor.kind === 'ServiceMonitor';
  const endpoint = endpointOf(monitor);
  const jobLabel = `__meta_kubernetes_${isService ? 'service' : 'pod'}_label_${monitor.spec.jobLabel.replace(/[^a-zA-Z0-9]/g, '_')}`;
  const copy = (from: string, targetLabel: string): Relabeling => ({ sourceLabels: [from], targetLabel });
  const operator: Relabeling[] = [
    copy('__meta_kubernetes_namespace', 'namespace'),
    ...(isService ? [copy('__meta_kubernetes_service_name', 'service')] : []),
    copy('__meta_kubernetes_pod_name', 'pod'),
    copy('__meta_kubernetes_pod_container_name', 'container'),
    copy(jobLabel, 'job'),
    { targetLabel: 'endpoint', replacement: endpoint.port },
  ];
  const labels = [...operator, ...(endpoint.relabelings ?? [])].reduce(relabel, DISCOVERED);
  const kept = Object.entries(labels).filter(([name]) => !name.startsWith('__'));
  return { instance: labels.__address__ ?? '', ...Object.fromEntries(kept) };
}

/** Labels of a series with `scraped` labels from a target: who wins is what `honorLabels` decides. */
export function seriesLabels(target: Labels, scraped: Labels, honorLabels: boolean): Labels {
  if (honorLabels) return { ...target, ...scraped };
  const renamed = Object.entries(scraped).map(([name, value]) => [name in target ? `exported_${name}` : name, value]);
  return { ...Object.fromEntries(renamed), ...target };
}

export function endpointOf({ spec }: KubeObject): KubeObject {
  return (spec.endpoints ?? spec.podMetricsEndpoints)[0];
}

function relabel(labels: Labels, rule: Relabeling): Labels {
  const regex = new RegExp(`^(?:${rule.regex ?? '(.*)'})$`, 's');
  if (rule.action === 'labeldrop')
    return Object.fromEntries(Object.entries(labels).filter(([name]) => !regex.test(name)));
  if ((rule.action ?? 'replace') !== 'replace') throw new Error(`relabelling action ${rule.action} is not simulated`);
  const source = (rule.sourceLabels ?? []).map((name) => labels[name] ?? '').join(rule.separator ?? ';');
  const match = regex.exec(source);
  if (!match || rule.targetLabel === undefined) return labels;
  const value = (rule.replacement ?? '$1').replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? '');
  const { [rule.targetLabel]: _before, ...others } = labels;
  return value === '' ? others : { ...others, [rule.targetLabel]: value };
}
