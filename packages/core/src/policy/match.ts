/** Whether one end of a connection, and a port, are meant by a policy's words. */
import { Cidr } from '../cidr.ts';
import type { EndpointKind } from '../endpoint.ts';
import type { AccessProtocol } from './access.ts';
import { keysOf, type LabelSelector, selects } from './label-selector.ts';
import type { AccessEnd, IpBlock, PolicyPeer, PolicyPort } from './policies.ts';
import type { NamespaceFacts, PodFacts } from './subject.ts';

export const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name';

/** One end, resolved. */
export interface Party {
  /** Every address it is known by: a pod's own, and the service's through which it is reached. */
  readonly ips: readonly string[];
  readonly kind: EndpointKind;
  /** Undefined: an address that is no pod's own, or the node's (host network). */
  readonly pod: PodFacts | undefined;
  /** The node whose address this is. */
  readonly node: string | undefined;
  readonly services: readonly string[];
}

/** A range compiled once. Bad text holds nothing; the reader of the files has refused it. */
export class AddressBlock {
  readonly text: string;
  readonly #range: Cidr | undefined;
  readonly #except: readonly Cidr[];

  constructor({ cidr, except }: IpBlock) {
    this.text = cidr;
    this.#range = Cidr.parse(cidr);
    this.#except = except.flatMap((text) => Cidr.parse(text) ?? []);
  }

  contains(ip: string): boolean {
    return this.#range?.contains(ip) === true && !this.#except.some((range) => range.contains(ip));
  }
}

export type CompiledPeer =
  | { readonly block: AddressBlock }
  | {
      readonly block?: never;
      readonly namespaceSelector: LabelSelector | undefined;
      readonly podSelector: LabelSelector | undefined;
    };

export function compilePeer(peer: PolicyPeer): CompiledPeer {
  if (peer.ipBlock !== undefined) return { block: new AddressBlock(peer.ipBlock) };
  return { namespaceSelector: peer.namespaceSelector, podSelector: peer.podSelector };
}

/** `namespace` is the policy's own, where a peer without namespaceSelector lives. */
export function isPeer(peer: CompiledPeer, namespace: string, party: Party): boolean {
  if (peer.block !== undefined) {
    /* Whether an ipBlock holds pods is left to the implementation: held here, so that nothing allowed somewhere is accused. */
    return party.ips.some((ip) => peer.block.contains(ip));
  }
  const { pod } = party;
  if (pod === undefined || pod.hostNetwork) return false;
  const isThere =
    peer.namespaceSelector === undefined
      ? pod.namespace.name === namespace
      : (selectsNamespace(peer.namespaceSelector, pod.namespace) ?? true);
  return isThere && (peer.podSelector === undefined || selects(peer.podSelector, pod.labels));
}

/** Undefined: the namespace's labels are not known well enough to say. */
export function selectsNamespace(selector: LabelSelector, namespace: NamespaceFacts): boolean | undefined {
  if (namespace.isComplete || keysOf(selector).every((key) => key === NAMESPACE_NAME_LABEL)) {
    return selects(selector, namespace.labels);
  }
  return selects(onlyName(selector), namespace.labels) ? undefined : false;
}

/** What can be judged by the name alone. */
function onlyName({ matchLabels, matchExpressions }: LabelSelector): LabelSelector {
  return {
    matchLabels: Object.fromEntries(Object.entries(matchLabels).filter(([key]) => key === NAMESPACE_NAME_LABEL)),
    matchExpressions: matchExpressions.filter(({ key }) => key === NAMESPACE_NAME_LABEL),
  };
}

/** `pod` is the destination: names of ports are its containers'. */
export function isPort(wanted: PolicyPort, port: number, protocol: AccessProtocol, pod: PodFacts | undefined): boolean {
  if (wanted.protocol !== protocol) return false;
  if (wanted.port === undefined) return true;
  if (typeof wanted.port === 'number') {
    return wanted.endPort === undefined ? port === wanted.port : port >= wanted.port && port <= wanted.endPort;
  }
  return pod?.ports.some((own) => own.name === wanted.port && own.port === port && own.protocol === protocol) === true;
}

export function arePorts(
  wanted: readonly PolicyPort[],
  port: number,
  protocol: AccessProtocol,
  pod: PodFacts | undefined,
): boolean {
  return wanted.length === 0 || wanted.some((one) => isPort(one, port, protocol, pod));
}

export interface CompiledEnd {
  readonly end: AccessEnd;
  readonly block: AddressBlock | undefined;
}

export function compileEnd(end: AccessEnd): CompiledEnd {
  return { end, block: end.cidr === undefined ? undefined : new AddressBlock(end.cidr) };
}

/** `inDoubt`: the answer where the labels of a namespace are not known. */
export function isEnd({ end, block }: CompiledEnd, party: Party, inDoubt: boolean): boolean {
  const { pod } = party;
  if (end.kinds !== undefined && !end.kinds.includes(party.kind)) return false;
  if (end.service !== undefined && !party.services.includes(end.service)) return false;
  if (block !== undefined && !party.ips.some((ip) => block.contains(ip))) return false;
  const asksForPod = end.namespaces ?? end.workload ?? end.labels ?? end.namespaceLabels ?? end.serviceAccount;
  if (asksForPod === undefined) return true;
  if (pod === undefined) return false;
  if (end.namespaces !== undefined && !end.namespaces.includes(pod.namespace.name)) return false;
  if (end.labels !== undefined && !selects(end.labels, pod.labels)) return false;
  if (end.namespaceLabels !== undefined && !(selectsNamespace(end.namespaceLabels, pod.namespace) ?? inDoubt)) {
    return false;
  }
  if (end.serviceAccount !== undefined && end.serviceAccount !== pod.serviceAccount) return false;
  return end.workload === undefined || isWorkload(end.workload, pod);
}

function isWorkload(wanted: { readonly kind?: string; readonly name: string }, pod: PodFacts): boolean {
  const own = pod.workload ?? { kind: 'Pod', name: pod.name };
  return own.name === wanted.name && (wanted.kind === undefined || wanted.kind === own.kind);
}
