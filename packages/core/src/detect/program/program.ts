import type { Detector } from '../detector.ts';
import { ProgramInstance } from './instance.ts';
import { programParameters } from './parameters.ts';

/** Thresholds that people put on the maps of their own kernel programs. docs/detectors/program.md. */
export const program: Detector<typeof programParameters> = {
  id: 'program',
  category: 'anomaly',
  mitre: [],
  default: 'alert',
  description: 'An expression over the maps of a loaded kernel program is over the limit that its YAML sets',
  parameters: programParameters,
  observes: ['program'],
  create: (parameters) => new ProgramInstance(parameters),
};
