import type { ParameterTable, ParameterValues } from '../detector.ts';

export const policyViolationParameters = {
  connections: {
    default: 1,
    unit: 'connections',
    minimum: 1,
    maximum: 1_000_000,
    description:
      'Connections (or answered datagram conversations) that no policy allows and that came about all the same.',
    source: 'Our choice: what is enforced never comes about, so one is already a hole.',
  },
  attempts: {
    default: 5,
    unit: 'attempts',
    minimum: 1,
    maximum: 1_000_000,
    description: 'Attempts that no policy allows and that failed, within quietMs, from which that is told, as low.',
    source:
      'Our choice: enough that a single retry of a program that was just deployed says nothing. SLIPS: 5 reconnections.',
  },
  quietMs: {
    default: 60_000,
    unit: 'ms',
    minimum: 5000,
    maximum: 3_600_000,
    description: 'Time after the last forbidden packet for which the violation goes on.',
    source: 'Our choice: as long as alerts take to resolve.',
  },
} as const satisfies ParameterTable;

export type PolicyViolationParameters = ParameterValues<typeof policyViolationParameters>;
