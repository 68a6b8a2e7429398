/** policy.networking.k8s.io/v1alpha1, as strictly checked as NetworkPolicy is and for the same reason. */
import type { AdminPeer, AdminPolicy, AdminRule, PodsOf, PolicyPort } from '@netguard/core';
import { z } from 'zod';
import { cidrText, labelSelector, namedPort, portNumber } from './policy-shapes.ts';

const EVERYTHING = { matchLabels: {}, matchExpressions: [] };
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const;
const protocol = z.enum(PROTOCOLS).default('TCP');
const pods = z.strictObject({ namespaceSelector: labelSelector, podSelector: labelSelector });

function hasOne(value: object): boolean {
  return Object.values(value).filter((one) => one != null).length === 1;
}

const subject = z
  .strictObject({ namespaces: labelSelector.nullish(), pods: pods.nullish() })
  .refine(hasOne, 'must have namespaces or pods')
  .transform(({ namespaces, pods: some }): PodsOf => some ?? { namespaceSelector: namespaces ?? EVERYTHING });

const peer = z
  .strictObject({
    namespaces: labelSelector.nullish(),
    pods: pods.nullish(),
    nodes: labelSelector.nullish(),
    networks: z.array(cidrText).min(1).nullish(),
    domainNames: z.array(z.string()).min(1).nullish(),
  })
  .refine(hasOne, 'must have one of namespaces, pods, nodes, networks or domainNames')
  .transform(({ namespaces, pods: some, nodes, networks }): AdminPeer => {
    if (namespaces != null) return { kind: 'pods', namespaceSelector: namespaces };
    if (some != null) return { kind: 'pods', ...some };
    if (nodes != null) return { kind: 'nodes', selector: nodes };
    return networks != null ? { kind: 'networks', cidrs: networks } : { kind: 'unknown' };
  });

const port = z
  .strictObject({
    portNumber: z.strictObject({ protocol, port: portNumber }).nullish(),
    portRange: z.strictObject({ protocol, start: portNumber, end: portNumber }).nullish(),
    namedPort: namedPort.nullish(),
  })
  .refine(hasOne, 'must have one of portNumber, portRange or namedPort')
  .transform(({ portNumber: single, portRange: range, namedPort: name }): PolicyPort[] => {
    if (single != null) return [single];
    if (range != null) return [{ protocol: range.protocol, port: range.start, endPort: range.end }];
    return name == null ? [] : PROTOCOLS.map((one) => ({ protocol: one, port: name }));
  });

function rule<End extends 'from' | 'to'>(end: End) {
  const shape = {
    name: z.string().max(100).nullish(),
    action: z.enum(['Allow', 'Deny', 'Pass']),
    ports: z.array(port).nullish(),
  };
  return z
    .strictObject({ ...shape, [end]: z.array(peer).min(1) })
    .transform(({ name, action, ports, ...rest }): AdminRule => {
      const peers = (rest as Record<string, unknown>)[end] as AdminPeer[];
      return { ...(name == null || name === '' ? undefined : { name }), action, peers, ports: (ports ?? []).flat() };
    });
}

const metadata = z.looseObject({ name: z.string().min(1).max(253) });
const rules = { ingress: z.array(rule('from')).nullish(), egress: z.array(rule('to')).nullish() };

export const adminPolicySchema = z
  .looseObject({
    apiVersion: z.literal('policy.networking.k8s.io/v1alpha1'),
    kind: z.literal('AdminNetworkPolicy'),
    metadata,
    spec: z.strictObject({ priority: z.int().min(0).max(1000), subject, ...rules }),
  })
  .transform(({ kind, metadata: { name }, spec }): AdminPolicy => {
    const { priority, subject: whom, ingress, egress } = spec;
    return { kind, name, priority, subject: whom, ingress: ingress ?? [], egress: egress ?? [] };
  });

export const baselinePolicySchema = z
  .looseObject({
    apiVersion: z.literal('policy.networking.k8s.io/v1alpha1'),
    kind: z.literal('BaselineAdminNetworkPolicy'),
    metadata,
    spec: z.strictObject({ subject, ...rules }),
  })
  .transform(({ kind, metadata: { name }, spec }): AdminPolicy => {
    const { subject: whom, ingress, egress } = spec;
    return { kind, name, priority: 0, subject: whom, ingress: ingress ?? [], egress: egress ?? [] };
  });
