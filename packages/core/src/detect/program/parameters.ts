import type { ParameterValues } from '../detector.ts';

export const programParameters = {
  staleMs: {
    default: 5000,
    unit: 'ms',
    minimum: 1000,
    maximum: 600_000,
    description: 'Without a measurement for so long a program is taken for unloaded, and its alerts end.',
    source: 'Our choice: five readings of the maps.',
  },
} as const;

export type ProgramParameters = ParameterValues<typeof programParameters>;
