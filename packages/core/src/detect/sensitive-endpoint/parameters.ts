import type { ParameterTable, ParameterValues } from '../detector.ts';

export const sensitiveEndpointParameters = {
  contacts: {
    default: 1,
    unit: 'contacts',
    minimum: 1,
    maximum: 1_000_000,
    description:
      'Contacts of a workload with a kind of sensitive endpoint that it did not know, from which it is told.',
    source: 'Kubescape R0007 tells of the first contact with the API server that is not in the learned profile.',
  },
  otherFindingMs: {
    default: 600_000,
    unit: 'ms',
    minimum: 10_000,
    maximum: 86_400_000,
    description: 'Another finding about the workload within this time, before or after, makes it medium.',
    source: 'kubernetes-rules: medium only with another finding within 10 minutes.',
  },
  quietMs: {
    default: 60_000,
    unit: 'ms',
    minimum: 5000,
    maximum: 3_600_000,
    description: 'Time after the last contact for which the finding goes on; then the contact is known.',
    source: 'Our choice: as long as alerts take to resolve.',
  },
} as const satisfies ParameterTable;

export type SensitiveEndpointParameters = ParameterValues<typeof sensitiveEndpointParameters>;
