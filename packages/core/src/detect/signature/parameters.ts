import type { ParameterValues } from '../detector.ts';

export const signatureParameters = {
  priority: {
    default: 3,
    unit: 'priority',
    minimum: 1,
    maximum: 255,
    description: 'The least important priority of a rule that is told; 1 is the most important.',
    source: 'Suricata classification.config: 1 to 3 are high, medium and low; 4 is what is very low.',
  },
  matches: {
    default: 1,
    unit: 'matches',
    minimum: 1,
    maximum: 1_000_000,
    description: 'Matches between two workloads, of any rules, within windowMs from which they are told.',
    source: 'Suricata alerts on each match; a rule that wants more says so itself (threshold, detection_filter).',
  },
  windowMs: {
    default: 60_000,
    unit: 'ms',
    minimum: 1000,
    maximum: 3_600_000,
    description: 'Time over which matches are counted, and for which the finding goes on after the last one.',
    source: 'Suricata thresholding.rst: the usual window of its examples, 60 s.',
  },
} as const;

export type SignatureParameters = ParameterValues<typeof signatureParameters>;
