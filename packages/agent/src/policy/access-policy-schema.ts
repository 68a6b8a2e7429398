/** netguard/v1 AccessPolicy (docs/reference/policy.md). */
import type { AccessEnd, AccessPolicy, AccessRule, PolicyPort } from '@netguard/core';
import { z } from 'zod';
import { cidrText, ipBlock, labelSelector, policyPort } from './policy-shapes.ts';

const name = z
  .string()
  .min(1)
  .max(253)
  .regex(/^\P{Cc}+$/u, 'must have no control characters');
const namespaceName = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be a namespace name');
const KINDS = [
  'pod',
  'service',
  'node',
  'kube-apiserver',
  'container',
  'unit',
  'process',
  'private',
  'link-local',
  'world',
] as const;

function oneOrMore<T extends z.ZodType>(item: T) {
  return z.union([item.transform((one) => [one]), z.array(item).min(1).max(1000)]);
}

/* Plain labels mean that each must be there; a selector says more. */
const labels = z.union([
  labelSelector,
  z.record(z.string().min(1), z.string()).transform((matchLabels) => ({ matchLabels, matchExpressions: [] })),
]);

const end = z
  .strictObject({
    namespace: oneOrMore(namespaceName).exactOptional(),
    workload: name
      .transform((text) => {
        const slash = text.indexOf('/');
        return slash < 0 ? { name: text } : { kind: text.slice(0, slash), name: text.slice(slash + 1) };
      })
      .exactOptional(),
    labels: labels.exactOptional(),
    namespaceLabels: labels.exactOptional(),
    serviceAccount: name.exactOptional(),
    cidr: z.union([cidrText.transform((cidr) => ({ cidr, except: [] })), ipBlock]).exactOptional(),
    service: z
      .string()
      .regex(/^[^/]+\/[^/]+$/, 'must be namespace/name')
      .exactOptional(),
    kind: oneOrMore(z.enum(KINDS)).exactOptional(),
  })
  .refine((value) => Object.keys(value).length > 0, 'must say something; leave the list out to mean everybody')
  .transform(
    ({ namespace, kind, ...rest }): AccessEnd => ({
      ...rest,
      ...(namespace === undefined ? undefined : { namespaces: namespace }),
      ...(kind === undefined ? undefined : { kinds: kind }),
    }),
  );

const port = z.union([
  z
    .union([z.int().min(1).max(65_535), z.string().min(1).max(15)])
    .transform((one): PolicyPort => ({ protocol: 'TCP', port: one })),
  policyPort,
]);

const ends = z.array(end).max(1000);
const rule = z
  .strictObject({
    name: name.exactOptional(),
    from: ends.default([]),
    to: ends.default([]),
    ports: z.array(port).max(1000).default([]),
  })
  .transform((value): AccessRule => value);

export const accessPolicySchema = z
  .strictObject({
    apiVersion: z.literal('netguard/v1'),
    kind: z.literal('AccessPolicy'),
    name,
    protect: ends.default([]),
    confine: ends.default([]),
    allow: z.array(rule).max(10_000).default([]),
    deny: z.array(rule).max(10_000).default([]),
  })
  .refine(
    ({ protect, confine, deny }) => protect.length + confine.length + deny.length > 0,
    'forbids nothing: say whom to `protect`, whom to `confine`, or what to `deny`',
  )
  .transform(({ apiVersion: _version, kind: _kind, ...policy }): AccessPolicy => policy);
