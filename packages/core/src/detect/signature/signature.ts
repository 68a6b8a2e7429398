import type { Detector } from '../detector.ts';
import { SignatureInstance } from './instance.ts';
import { signatureParameters } from './parameters.ts';
import { SIGNATURE_MITRE } from './report.ts';

/** Rules that matched payload samples. docs/detectors/signature.md. */
export const signature: Detector<typeof signatureParameters> = {
  id: 'signature',
  category: 'malware',
  mitre: SIGNATURE_MITRE,
  default: 'alert',
  description: 'Payload that matches a Suricata rule of those that are configured',
  parameters: signatureParameters,
  needs: ['application'],
  observes: ['signature'],
  create: (parameters) => new SignatureInstance(parameters),
};
