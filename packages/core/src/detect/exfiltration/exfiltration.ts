import type { Detector } from '../detector.ts';
import { ExfiltrationInstance } from './instance.ts';
import { exfiltrationParameters } from './parameters.ts';
import { EXFILTRATION_MITRE } from './report.ts';

/** A workload uploads far more than usual to a place outside where it never sent before. docs/detectors/exfiltration.md. */
export const exfiltration: Detector<typeof exfiltrationParameters> = {
  id: 'exfiltration',
  category: 'exfiltration',
  mitre: EXFILTRATION_MITRE,
  default: 'observe',
  description: 'far more bytes than usual sent outside, most of them to a new destination',
  parameters: exfiltrationParameters,
  needs: ['payload-bytes'],
  observes: ['connection', 'datagrams'],
  observesConnection: ({ role, isOutside }) => role === 'client' && isOutside,
  create: (parameters, context) => new ExfiltrationInstance(parameters, context),
};
