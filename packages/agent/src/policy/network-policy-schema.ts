/**
 * networking.k8s.io/v1 NetworkPolicy as `kubectl get -o yaml` prints it. Metadata and status are taken as they are; the spec
 * is checked strictly, since a slip there would silently allow or forbid something else.
 */
import type { NetworkPolicy, PolicyPeer, PolicyRule } from '@netguard/core';
import { z } from 'zod';
import { ipBlock, labelSelector, policyPort } from './policy-shapes.ts';

const peer = z
  .strictObject({
    podSelector: labelSelector.nullish(),
    namespaceSelector: labelSelector.nullish(),
    ipBlock: ipBlock.nullish(),
  })
  .refine(
    ({ podSelector, namespaceSelector, ipBlock: block }) =>
      block == null
        ? podSelector != null || namespaceSelector != null
        : podSelector == null && namespaceSelector == null,
    'must have podSelector, namespaceSelector or both, or ipBlock alone',
  )
  .transform(({ podSelector, namespaceSelector, ipBlock: block }): PolicyPeer => {
    if (block != null) return { ipBlock: block };
    return {
      ...(podSelector == null ? undefined : { podSelector }),
      ...(namespaceSelector == null ? undefined : { namespaceSelector }),
    };
  });

const ports = z.array(policyPort).nullish();
const ingressRule = z
  .strictObject({ from: z.array(peer).nullish(), ports })
  .transform(({ from, ports: list }): PolicyRule => ({ peers: from ?? [], ports: list ?? [] }));
const egressRule = z
  .strictObject({ to: z.array(peer).nullish(), ports })
  .transform(({ to, ports: list }): PolicyRule => ({ peers: to ?? [], ports: list ?? [] }));

const everything = { matchLabels: {}, matchExpressions: [] };

export const networkPolicySchema = z
  .looseObject({
    apiVersion: z.literal('networking.k8s.io/v1'),
    kind: z.literal('NetworkPolicy'),
    metadata: z.looseObject({ name: z.string().min(1).max(253), namespace: z.string().min(1).max(63).nullish() }),
    spec: z.strictObject({
      podSelector: labelSelector.nullish(),
      policyTypes: z.array(z.enum(['Ingress', 'Egress'])).nullish(),
      ingress: z.array(ingressRule).nullish(),
      egress: z.array(egressRule).nullish(),
    }),
  })
  .transform(({ metadata, spec }): NetworkPolicy => {
    const types = spec.policyTypes ?? [];
    /* The API server's defaults: Ingress always, Egress where there are egress rules. */
    const [isIngress, isEgress] =
      types.length > 0 ? [types.includes('Ingress'), types.includes('Egress')] : [true, (spec.egress ?? []).length > 0];
    return {
      namespace: metadata.namespace ?? 'default',
      name: metadata.name,
      podSelector: spec.podSelector ?? everything,
      ingress: isIngress ? (spec.ingress ?? []) : null,
      egress: isEgress ? (spec.egress ?? []) : null,
    };
  });
