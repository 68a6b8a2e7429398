/** One end of an observed edge, in the words that policies can use. */
import { addressScope } from '../../address.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import { historyKey } from '../../learn/workload-kind.ts';

export type PolicyEnd =
  /** `key`: its `historyKey`, `shop/Deployment/web`. */
  | { readonly kind: 'workload'; readonly key: string }
  | { readonly kind: 'service'; readonly namespace: string; readonly name: string; readonly ip: string }
  /** One address or a range; `0.0.0.0/0` and `::/0`: too many to be told apart. */
  | { readonly kind: 'outside'; readonly cidr: string; readonly isWorld: boolean }
  | { readonly kind: 'node'; readonly name: string; readonly ip: string }
  | { readonly kind: 'api-server'; readonly ip: string }
  /** A process, unit or container of the node itself. */
  | { readonly kind: 'host' }
  | { readonly kind: 'unknown'; readonly text: string };

export function endOf(endpoint: Endpoint): PolicyEnd {
  const { ip, kind, namespace = '', service = '', workload } = endpoint;
  switch (kind) {
    case 'pod':
      return namespace === '' ? unknown(workloadKey(endpoint)) : keyedEnd(workloadKey(endpoint));
    case 'service':
      return { kind: 'service', namespace, name: service, ip };
    case 'node':
      return { kind: 'node', name: workload?.name ?? '', ip };
    case 'kube-apiserver':
      return { kind: 'api-server', ip };
    case 'container':
    case 'unit':
    case 'process':
      return { kind: 'host' };
    case 'link-local':
      return endpoint.subnetLabel === 'multicast' ? unknown(`multicast ${ip}`) : outside(ip, false);
    case 'private':
    case 'world':
      return outside(ip, kind === 'world');
  }
}

/** The end that a fact of the learning store names (`peerKey`). */
export function endOfKey(key: string): PolicyEnd {
  const parts = key.split('/');
  const [namespace = '', kind = '', name = ''] = parts;
  if (parts.length === 3) {
    if (kind === 'Service') return { kind: 'service', namespace, name, ip: '' };
    if (kind === 'Node') return { kind: 'node', name, ip: '' };
    return keyedEnd(key);
  }
  if (/^(?:container|unit|process)\//.test(key)) return { kind: 'host' };
  if (/^[0-9a-f.:]+\/\d{1,3}$/i.test(key))
    return { kind: 'outside', cidr: key, isWorld: addressScope(namespace) === 'world' };
  return /^[0-9.]+$|:/.test(key) ? outside(key, false) : unknown(key);
}

function keyedEnd(key: string): PolicyEnd {
  return { kind: 'workload', key: historyKey(key) };
}

function outside(ip: string, isWorld: boolean): PolicyEnd {
  if (ip === '') return unknown('an address that is not known');
  const isAnywhere = ip === '0.0.0.0' || ip === '::';
  return { kind: 'outside', cidr: isAnywhere ? `${ip}/0` : `${ip}/${ip.includes(':') ? 128 : 32}`, isWorld };
}

function unknown(text: string): PolicyEnd {
  return { kind: 'unknown', text };
}
