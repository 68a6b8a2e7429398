/** Shapes that both kinds of policy file share, as plain data for `@netguard/core`. */
import { Cidr, type IpBlock, type LabelRequirement, type LabelSelector, type PolicyPort } from '@netguard/core';
import { z } from 'zod';

const labelKey = z.string().min(1).max(317);
const labelValue = z.string().max(63);
export const portNumber = z.int().min(1).max(65_535);

export const cidrText = z
  .string()
  .refine((text) => text.includes('/') && Cidr.parse(text) !== undefined, 'must be a range such as 10.0.0.0/8');

export const requirement = z
  .strictObject({
    key: labelKey,
    operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
    values: z.array(labelValue).nullish(),
  })
  .refine(
    ({ operator, values }) => (operator === 'In' || operator === 'NotIn') === (values ?? []).length > 0,
    'In and NotIn need values, Exists and DoesNotExist have none',
  )
  .transform(({ key, operator, values }): LabelRequirement => ({ key, operator, values: values ?? [] }));

export const labelSelector = z
  .strictObject({
    matchLabels: z.record(labelKey, labelValue).nullish(),
    matchExpressions: z.array(requirement).nullish(),
  })
  .transform(
    ({ matchLabels, matchExpressions }): LabelSelector => ({
      matchLabels: matchLabels ?? {},
      matchExpressions: matchExpressions ?? [],
    }),
  );

export const ipBlock = z
  .strictObject({ cidr: cidrText, except: z.array(cidrText).nullish() })
  .transform(({ cidr, except }): IpBlock => ({ cidr, except: except ?? [] }));

export const namedPort = z
  .string()
  .regex(/^(?=.*[a-z])[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/, 'must be a number, or the name of a container’s port');

export const policyPort = z
  .strictObject({
    protocol: z.enum(['TCP', 'UDP', 'SCTP']).nullish(),
    port: z.union([portNumber, namedPort]).nullish(),
    endPort: portNumber.nullish(),
  })
  .refine(
    ({ port, endPort }) => endPort == null || (typeof port === 'number' && endPort >= port),
    'endPort needs a numeric port that is not above it',
  )
  .transform(
    ({ protocol, port, endPort }): PolicyPort => ({
      protocol: protocol ?? 'TCP',
      ...(port == null ? undefined : { port }),
      ...(endPort == null ? undefined : { endPort }),
    }),
  );
