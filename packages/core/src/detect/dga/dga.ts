import type { Detector } from '../detector.ts';
import { DgaInstance } from './instance.ts';
import { dgaParameters } from './parameters.ts';
import { DGA_MITRE } from './report.ts';

/** Look-ups of made-up domains until one exists. docs/detectors/dga.md. */
export const dga: Detector<typeof dgaParameters> = {
  id: 'dga',
  category: 'malware',
  mitre: DGA_MITRE,
  default: 'observe',
  description:
    'look-ups of many domains that do not exist and that nobody would have registered: a domain generation algorithm',
  parameters: dgaParameters,
  needs: ['application'],
  observes: ['application'],
  yieldsTo: [{ rule: 'dns-tunnel', same: 'pair' }],
  create: (parameters, context) => new DgaInstance(parameters, context),
};
