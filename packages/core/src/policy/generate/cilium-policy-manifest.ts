/** The same policies in Cilium's words, which know what NetworkPolicy has addresses for: nodes, the API server, the world. */
import type { LabelSelector } from '../label-selector.ts';
import { NAMESPACE_NAME_LABEL } from '../match.ts';
import type { IpBlock, PolicyPeer, PolicyPort } from '../policies.ts';
import { internet } from './address-blocks.ts';
import type { GeneratedPolicy, GeneratedRule } from './generated.ts';
import { type DescribedManifest, selectorObject } from './network-policy-manifest.ts';

const SOURCE = 'k8s:';
const NAMESPACE_LABEL = 'io.kubernetes.pod.namespace';
/** Where nothing is allowed: a direction without rules would not be isolated. */
const NOTHING: Described = { object: {}, rule: null };
/** The kubelet's probes, whatever Cilium is told of its own host. */
const HOST: Described = { object: { fromEntities: ['host'] }, rule: null };

export function ciliumPolicyManifest(policy: GeneratedPolicy): DescribedManifest {
  const { namespace, name, unit } = policy;
  const ingress = policy.ingress && [HOST, ...described(policy.ingress, 'from')];
  const egress = policy.egress && orNothing(described(policy.egress, 'to'));
  return {
    manifest: {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      metadata: { name, namespace },
      spec: {
        endpointSelector: selectorObject(unit.selector, SOURCE),
        ...(ingress === null ? undefined : { ingress: ingress.map(({ object }) => object) }),
        ...(egress === null ? undefined : { egress: egress.map(({ object }) => object) }),
      },
    },
    ingress: (ingress ?? []).map(({ rule }) => rule),
    egress: (egress ?? []).map(({ rule }) => rule),
  };
}

interface Described {
  readonly object: object;
  readonly rule: GeneratedRule | null;
}

function orNothing(rules: readonly Described[]): readonly Described[] {
  return rules.length > 0 ? rules : [NOTHING];
}

function described(rules: readonly GeneratedRule[], side: 'from' | 'to'): Described[] {
  return rules.flatMap((rule) => {
    const toPorts = [{ ports: rule.ports.map(portObject) }];
    return peerObjects(rule, side).map((peers) => ({ object: { ...peers, toPorts }, rule }));
  });
}

/** Each kind of peer is a rule of its own. */
function peerObjects({ subject, peers }: GeneratedRule, side: 'from' | 'to'): object[] {
  if (subject === 'api-server') return [{ [`${side}Entities`]: ['kube-apiserver'] }];
  if (subject === 'node') return [{ [`${side}Entities`]: ['remote-node'] }];
  const endpoints = peers.filter((peer) => peer.ipBlock === undefined).map(endpointObject);
  const blocks = peers.flatMap(({ ipBlock }) => ipBlock ?? []);
  const ranges = blocks.filter((block) => !isInternet(block));
  return [
    ...(endpoints.length > 0 ? [{ [`${side}Endpoints`]: endpoints }] : []),
    ...(ranges.length > 0 ? [{ [`${side}CIDRSet`]: ranges.map(rangeObject) }] : []),
    ...(ranges.length < blocks.length ? [{ [`${side}Entities`]: ['world'] }] : []),
  ];
}

function isInternet(block: IpBlock): boolean {
  return ([4, 6] as const).some((family) => JSON.stringify(internet(family)) === JSON.stringify(block));
}

function rangeObject({ cidr, except }: IpBlock): object {
  return { cidr, ...(except.length > 0 ? { except: [...except] } : undefined) };
}

/** A peer of ours names its namespace by name, or means all of them. */
function endpointObject(peer: PolicyPeer): object {
  const { namespaceSelector, podSelector } = peer as Exclude<PolicyPeer, { ipBlock: IpBlock }>;
  const name = namespaceSelector?.matchLabels[NAMESPACE_NAME_LABEL];
  const { matchLabels = {}, matchExpressions = [] }: Partial<LabelSelector> = podSelector ?? {};
  const selector: LabelSelector =
    name === undefined
      ? {
          matchLabels,
          matchExpressions: [...matchExpressions, { key: NAMESPACE_LABEL, operator: 'Exists', values: [] }],
        }
      : { matchLabels: { [NAMESPACE_LABEL]: name, ...matchLabels }, matchExpressions };
  return selectorObject(selector, SOURCE);
}

function portObject({ protocol, port, endPort }: PolicyPort): object {
  return { port: `${port}`, ...(endPort === undefined ? undefined : { endPort }), protocol };
}
