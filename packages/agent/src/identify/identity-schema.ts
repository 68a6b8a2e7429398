/** Shape and limits of the static identity file. What values must be to each other is in `identity-checks.ts`. */

import { formatAddress, parseAddress } from '@netguard/core';
import { z } from 'zod';

const text = (maximum: number) =>
  z
    .string()
    .min(1)
    .max(maximum)
    .regex(/^\P{Cc}+$/u, 'must have no control characters');
const label = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be a name of lower-case letters, digits and dashes, at most 63');
const subdomain = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/,
    'must be a name of lower-case letters, digits, dashes and dots, at most 253',
  );
const subdomainPrefix = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-.a-z0-9]*)$/, 'must be the beginning of a name: lower-case letters, digits, dashes and dots');

/* Canonical on the way in, so that look-ups compare strings. */
const ip = z
  .string()
  .refine((value) => parseAddress(value) !== undefined, 'must be an IPv4 or IPv6 address')
  .transform((value) => formatAddress(parseAddress(value) ?? new Uint8Array(16), 0));

const uid = z
  .string()
  .regex(/^[0-9A-Za-z][0-9A-Za-z-]{7,63}$/, 'must be a pod UID, as in its cgroup path')
  .transform((value) => value.toLowerCase());

const containerId = z
  .string()
  .regex(
    /^(?:[a-z][a-z0-9+.-]*:\/\/)?[0-9a-f]{64}$/,
    'must be a container id of 64 hex digits, with or without containerd://',
  )
  .transform((value) => value.slice(-64));

const portNumber = z.int().min(1).max(65_535);
const protocol = z.enum(['TCP', 'UDP', 'SCTP']).default('TCP');
const asTcp = portNumber.transform((port) => ({ port, protocol: 'TCP' as const }));
const port = z.union([asTcp, z.strictObject({ port: portNumber, protocol, name: text(63).exactOptional() })]);
const labels = z
  .record(
    text(317),
    z
      .string()
      .max(63)
      .regex(/^\P{Cc}*$/u),
  )
  .default({});
const instant = z.iso.datetime({ offset: true });

const container = z.strictObject({
  id: containerId.exactOptional(),
  name: label,
  ports: z.array(port).max(256).exactOptional(),
  probes: z.array(portNumber).max(64).exactOptional(),
});

const pod = z.strictObject({
  uid,
  namespace: label,
  name: subdomain,
  workload: z.strictObject({ kind: text(63), name: subdomain }).exactOptional(),
  generateName: subdomainPrefix.exactOptional(),
  serviceAccount: subdomain.exactOptional(),
  labels,
  ips: z.array(ip).max(16).default([]),
  node: subdomain.exactOptional(),
  containers: z.array(container).max(128).default([]),
  hostNetwork: z.boolean().default(false),
  phase: z.enum(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']).default('Running'),
  ready: z.boolean().exactOptional(),
  startedAt: instant.exactOptional(),
  endsAt: instant.exactOptional(),
});

const servicePort = z.strictObject({
  port: portNumber,
  protocol,
  name: text(63).exactOptional(),
  targetPort: z.union([portNumber, text(63)]).exactOptional(),
  nodePort: portNumber.exactOptional(),
});

const service = z.strictObject({
  namespace: label,
  name: label,
  ips: z.array(ip).max(64).default([]),
  ports: z
    .array(z.union([asTcp, servicePort]))
    .max(256)
    .default([]),
  endpoints: z
    .array(z.strictObject({ ips: z.array(ip).max(5000).default([]), ports: z.array(port).max(256).default([]) }))
    .max(1000)
    .exactOptional(),
  selector: z.record(text(317), z.string().max(63)).exactOptional(),
});

const node = z.strictObject({ name: subdomain, ips: z.array(ip).max(64).default([]) });

const namespace = z.strictObject({ name: label, labels });

const workload = z.strictObject({
  namespace: label,
  kind: text(63),
  name: subdomain,
  replicas: z.int().min(0).max(1_000_000).exactOptional(),
  changedAt: instant.exactOptional(),
  shared: z.boolean().exactOptional(),
});

export const identitySchema = z.strictObject({
  apiVersion: z.literal('netguard/v1'),
  kind: z.literal('Identities'),
  pods: z.array(pod).max(200_000).default([]),
  services: z.array(service).max(50_000).default([]),
  nodes: z.array(node).max(20_000).default([]),
  namespaces: z.array(namespace).max(50_000).exactOptional(),
  workloads: z.array(workload).max(100_000).exactOptional(),
  resolvers: z.array(ip).max(1000).exactOptional(),
});
