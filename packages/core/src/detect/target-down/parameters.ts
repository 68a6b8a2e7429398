import type { ParameterValues } from '../detector.ts';

export const targetDownParameters = {
  forMs: {
    default: 10_000,
    unit: 'ms',
    minimum: 0,
    maximum: 600_000,
    description: 'How long nobody may have got through before the target is reported: a restart is no outage.',
    source: 'Our choice: the default period of a Kubernetes readiness probe (10 s).',
  },
  activeMs: {
    default: 60_000,
    unit: 'ms',
    minimum: 5000,
    maximum: 600_000,
    description: 'Without a further failure for so long it is no longer reported: nobody needs it.',
    source: 'Our choice: the usual scrape and retry intervals are 15 to 60 s.',
  },
} as const;

export type TargetDownParameters = ParameterValues<typeof targetDownParameters>;
