import type { Detector } from '../detector.ts';
import { AmplificationInstance } from './instance.ts';
import { amplificationParameters } from './parameters.ts';
import { AMPLIFICATION_MITRE } from './report.ts';

/** Answers of reflectors that nobody asked for, and reflectors of ours that are used. docs/detectors/amplification.md. */
export const amplification: Detector<typeof amplificationParameters> = {
  id: 'amplification',
  category: 'flood',
  mitre: AMPLIFICATION_MITRE,
  default: 'alert',
  description:
    'Responses of UDP services or SYN-ACKs that nobody here asked for, and services of ours used to make them',
  parameters: amplificationParameters,
  needs: ['packet-counts', 'payload-bytes'],
  observes: ['connection', 'datagrams', 'probe'],
  observesConnection: ({ role, isEstablished }) => role === 'client' && !isEstablished,
  create: (parameters, context) => new AmplificationInstance(parameters, context),
};
