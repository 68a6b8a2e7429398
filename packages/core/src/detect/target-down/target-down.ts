import { contactsOf } from '../../contacts/contacts.ts';
import type { Detector } from '../detector.ts';
import { TargetDownInstance } from './instance.ts';
import { targetDownParameters } from './parameters.ts';

/** A target on which everybody fails: what looks like a scan by each of them and is none. docs/detectors/target-down.md. */
export const targetDown: Detector<typeof targetDownParameters> = {
  id: 'target-down',
  category: 'health',
  mitre: [],
  default: 'alert',
  description: 'Five or more source workloads fail on one address and port, and nobody gets through',
  parameters: targetDownParameters,
  observes: ['connection', 'datagrams', 'probe'],
  observesConnection: ({ isMoved }) => !isMoved,
  reads: contactsOf,
  // What infected pods fail on is no dead service.
  yieldsTo: [{ rule: 'worm-propagation', same: 'target', ifSamePorts: true }],
  create: (parameters, context) => new TargetDownInstance(parameters, context),
};
