import type { TopSource } from '../alert/alert.ts';
import { type Endpoint, endpointName } from '../endpoint.ts';
import type { Heavy } from '../sketch/space-saving.ts';
import type { NameAddress } from './context.ts';
import { isNamed } from './known-sources.ts';

export const MAX_TOP = 10;

/** From this share of a flood on, one source is named for it. */
export const NAMED_SHARE = 0.5;

/** The loudest sources with their names; counts that may be wholly another key's are left out. */
export function topSources(heavy: readonly Heavy[], name: NameAddress): TopSource[] {
  const top: TopSource[] = [];
  for (const { key, count, error } of heavy) {
    if (count - error <= 0 || top.length >= MAX_TOP) continue;
    const endpoint = name(key);
    top.push(isNamed(endpoint) ? { ip: key, name: endpointName(endpoint), count } : { ip: key, count });
  }
  return top;
}

/** `shop/web:8080`, without a port where none stands out. */
export function nameWithPort(endpoint: Endpoint, port: number | undefined): string {
  return port === undefined || port === 0 ? endpointName(endpoint) : `${endpointName(endpoint)}:${port}`;
}

/** What to do about a source that can be blocked: ours by a policy, others by address. */
export function blockAdvice(source: Endpoint): string {
  return source.workload || source.pod
    ? `Look at what runs in ${endpointName(source)}, which may be compromised: kubectl ${kubectlTarget(source)}. ` +
        'Deny it this traffic with a NetworkPolicy (egress of its namespace) until that is known.'
    : `Block ${source.ip} at the firewall, or with a NetworkPolicy ipBlock exception.`;
}

/** What to do about a flood whose sources cannot be blocked one by one. */
export function upstreamAdvice(what: string): string {
  return (
    `The sources are many or forged, so blocking them one by one does not help: drop ${what} before the node ` +
    '(provider’s DDoS protection, load balancer, router filter), and ask the provider for it now if the link is full.'
  );
}

function kubectlTarget(source: Endpoint): string {
  const namespace = source.namespace === undefined ? '' : ` -n ${source.namespace}`;
  return source.pod === undefined
    ? `describe ${source.workload?.kind.toLowerCase() ?? 'pod'} ${source.workload?.name ?? ''}${namespace}`
    : `describe pod ${source.pod}${namespace}`;
}

export function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** `base` at the threshold, a tenth more for each power of ten above it. */
export function floodConfidence(base: number, ratio: number): number {
  return round3(Math.min(0.99, base + 0.1 * Math.log10(Math.max(1, ratio))));
}
