import type { ParameterTable, ParameterValues } from '../detector.ts';

export const newEdgeParameters = {
  holdMs: {
    default: 600_000,
    unit: 'ms',
    minimum: 60_000,
    maximum: 86_400_000,
    description: 'How long a new edge is told. After that it is learned and told no more.',
    source: 'Our choice: long enough to be seen, short enough not to be in the way.',
  },
  changeGraceMs: {
    default: 300_000,
    unit: 'ms',
    minimum: 0,
    maximum: 86_400_000,
    description:
      'Edges that begin this soon after replicas or template of either end changed belong to the change, and are learned.',
    source: 'kubernetes-rules: 5 minutes. Kubescape’s learning of about 2 minutes is far too short.',
  },
} as const satisfies ParameterTable;

export type NewEdgeParameters = ParameterValues<typeof newEdgeParameters>;
