import type { ParameterTable, ParameterValues } from '../detector.ts';

export const exfiltrationParameters = {
  windowMs: {
    default: 3_600_000,
    unit: 'ms',
    minimum: 60_000,
    maximum: 86_400_000,
    description: 'Time over which bytes are summed, sliding.',
    source: 'SLIPS: one-hour windows.',
  },
  floorBytes: {
    default: 100_000_000,
    unit: 'bytes',
    minimum: 100_000,
    maximum: 1_000_000_000_000,
    description: 'Payload sent to one new destination within the window, below which nothing is told.',
    source: 'SLIPS documentation: 100 MB an hour.',
  },
  overwhelmingBytes: {
    default: 500_000_000,
    unit: 'bytes',
    minimum: 1_000_000,
    maximum: 10_000_000_000_000,
    description: 'The same for a workload that has not learned yet.',
    source: 'SLIPS slips.yaml: 500 MB an hour.',
  },
  outInRatio: {
    default: 5,
    unit: 'times',
    minimum: 1,
    maximum: 1000,
    description: 'Bytes sent over bytes received of that destination, above which it is an upload.',
    source: 'Our choice: downloads are far below 1, interactive use and database protocols near it.',
  },
  ratio: {
    default: 3,
    unit: 'times the mean',
    minimum: 1.1,
    maximum: 1000,
    description:
      'All bytes the workload sent outside within the window over the usual, that it must also be; for a run over the largest run.',
    source: 'NetObserv egress trend alerts: +200 %. kubernetes-rules: 3 times the largest of the last 10 runs.',
  },
  sigma: {
    default: 3,
    unit: 'deviations',
    minimum: 0.5,
    maximum: 100,
    description: 'Standard deviations over the mean that it must also be.',
    source: 'SLIPS: hourly z of 3.0.',
  },
} as const satisfies ParameterTable;

export type ExfiltrationParameters = ParameterValues<typeof exfiltrationParameters>;
