import type { Detector } from '../detector.ts';
import { ThreatIntelInstance } from './instance.ts';
import { threatIntelParameters } from './parameters.ts';
import { THREAT_INTEL_MITRE } from './report.ts';

/** Contacts with what lists name: addresses, names, URLs, fingerprints, certificates. docs/detectors/threat-intel.md. */
export const threatIntel: Detector<typeof threatIntelParameters> = {
  id: 'threat-intel',
  category: 'malware',
  mitre: THREAT_INTEL_MITRE,
  default: 'alert',
  description: 'Traffic with addresses, names, URLs, fingerprints or certificates that configured lists name',
  parameters: threatIntelParameters,
  observes: ['connection', 'datagrams', 'application'],
  observesConnection: ({ isOutside, isMoved }) => isOutside && !isMoved,
  create: (parameters, context) => new ThreatIntelInstance(parameters, context),
};
