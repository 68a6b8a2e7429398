import type { Detector } from '../detector.ts';
import { WormInstance } from './instance.ts';
import { wormParameters } from './parameters.ts';
import { WORM_MITRE } from './report.ts';

/** Pods that were contacted on a port and then contact many on it, from one to the next. docs/detectors/worm-propagation.md. */
export const wormPropagation: Detector<typeof wormParameters> = {
  id: 'worm-propagation',
  category: 'malware',
  mitre: WORM_MITRE,
  default: 'alert',
  description:
    'A pod is contacted on a port and then contacts many hosts on it that it never talked to, and so on: the tree of a worm',
  parameters: wormParameters,
  observes: ['connection', 'probe', 'denial', 'signature'],
  observesConnection: ({ isMoved }) => !isMoved,
  create: (parameters, context) => new WormInstance(parameters, context),
};
