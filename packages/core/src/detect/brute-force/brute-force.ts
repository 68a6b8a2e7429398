import type { Detector } from '../detector.ts';
import { BruteForceInstance } from './instance.ts';
import { bruteForceParameters } from './parameters.ts';
import { BRUTE_FORCE_MITRE } from './report.ts';

/** Repeated short sessions at a login service that look like refused logins. docs/detectors/brute-force.md. */
export const bruteForce: Detector<typeof bruteForceParameters> = {
  id: 'brute-force',
  category: 'unauthorized-access',
  mitre: BRUTE_FORCE_MITRE,
  default: 'alert',
  description: 'Repeated short sessions at a login service that look like refused logins, from one source or from many',
  parameters: bruteForceParameters,
  needs: ['payload-bytes'],
  observes: ['connection'],
  observesConnection: ({ isEstablished }) => isEstablished,
  create: (parameters, context) => new BruteForceInstance(parameters, context),
};
