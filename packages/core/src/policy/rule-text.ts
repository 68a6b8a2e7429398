/** Policies' own words for what was seen: for messages, and for a rule that would allow it. */
import type { AccessDirection, AccessProtocol } from './access.ts';
import { selectorText } from './label-selector.ts';
import { NAMESPACE_NAME_LABEL, type Party } from './match.ts';
import { isLasting } from './passing-labels.ts';
import type { PodFacts } from './subject.ts';

/** How a peer would be written in a rule: `namespace shop, labels app=web`, else its address. */
export function partyText({ ips, pod }: Party): string {
  if (pod === undefined || pod.hostNetwork) return ips[0] ?? 'an unknown address';
  const labels = selectorText({ matchLabels: lastingLabels(pod), matchExpressions: [] });
  return `namespace ${pod.namespace.name}, ${labels === '' ? `pod ${pod.name}` : `labels ${labels}`}`;
}

/** A NetworkPolicy rule in one line of YAML. */
export function networkRule(direction: AccessDirection, peer: Party, port: number, protocol: AccessProtocol): string {
  const { pod } = peer;
  const selector =
    pod === undefined || pod.hostNetwork
      ? { ipBlock: { cidr: single(peer.ips[0]) } }
      : {
          namespaceSelector: { matchLabels: { [NAMESPACE_NAME_LABEL]: pod.namespace.name } },
          podSelector: { matchLabels: lastingLabels(pod) },
        };
  const rule = { [direction === 'ingress' ? 'from' : 'to']: [selector], ports: [{ protocol, port }] };
  return `${direction}: ${JSON.stringify([rule])}`;
}

/** A rule of an AdminNetworkPolicy in one line of YAML, to stand before what denies. */
export function adminRule(direction: AccessDirection, peer: Party, port: number, protocol: AccessProtocol): string {
  const { pod } = peer;
  const selector =
    pod === undefined || pod.hostNetwork
      ? { networks: [single(peer.ips[0])] }
      : {
          pods: {
            namespaceSelector: { matchLabels: { [NAMESPACE_NAME_LABEL]: pod.namespace.name } },
            podSelector: { matchLabels: lastingLabels(pod) },
          },
        };
  const end = direction === 'ingress' ? 'from' : 'to';
  const rule = { action: 'Allow', [end]: [selector], ports: [{ portNumber: { protocol, port } }] };
  return `${direction}: ${JSON.stringify([rule])}`;
}

/** An allow rule of an AccessPolicy in one line of YAML. */
export function accessRule(source: Party, destination: Party, port: number, protocol: AccessProtocol): string {
  const ports = [protocol === 'TCP' ? port : { protocol, port }];
  return `allow: ${JSON.stringify([{ from: [accessEnd(source)], to: [accessEnd(destination)], ports }])}`;
}

function accessEnd({ ips, pod }: Party): object {
  if (pod === undefined) return { cidr: single(ips[0]) };
  const namespace = pod.namespace.name;
  if (pod.workload !== undefined) return { namespace, workload: `${pod.workload.kind}/${pod.workload.name}` };
  return { namespace, labels: lastingLabels(pod) };
}

function lastingLabels({ labels }: PodFacts): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => isLasting(key)));
}

function single(ip = '0.0.0.0'): string {
  return `${ip}/${ip.includes(':') ? 128 : 32}`;
}
